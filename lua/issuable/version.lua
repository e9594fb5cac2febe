-- The version that every report and --version name.
-- SPDX-License-Identifier: MIT
-- Kept equal to CHANGELOG.md by a test.

return "0.1.0"
