-- The installed command `issuable` of the rock.
-- SPDX-License-Identifier: MIT
-- Source: issuable-scm-1.rockspec, build.install.bin; the checkout's own launcher is made by spec/build.mk.

os.exit(require("issuable.cli").main(arg), true)
