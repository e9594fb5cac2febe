-- The style sheet of report `html`: one column on a phone, light and dark, nothing that has to be loaded.
-- SPDX-License-Identifier: MIT
-- Every pair of text and ground has a contrast of at least 4.5 to 1 (WCAG 2.2, 1.4.3).

return [[
:root{color-scheme:light;--bg:#f5f6f8;--card:#fff;--fg:#1a1f26;--dim:#555e6b;--line:#d5dae1;--link:#0a4fa3;--focus:#0a4fa3;
--denied:#a8201a;--denied-bg:#fdeceb;--undecided:#744a00;--undecided-bg:#fff3d1;--allowed:#17643a;--allowed-bg:#e4f4ea;
--exempt:#4a5361;--exempt-bg:#eceff3;--waived:#5b3396;--waived-bg:#f1ebfb;--mark:#ffe2df;--mark2:#dcebff;--code:#f5f6f8}
@media (prefers-color-scheme:dark){:root:not([data-theme=light]){color-scheme:dark;--bg:#0e1217;--card:#161b22;--fg:#e6eaf0;--dim:#a3adba;
--line:#323a45;--link:#8ab8ff;--focus:#8ab8ff;--denied:#ff9d95;--denied-bg:#3b1513;--undecided:#f5c45e;--undecided-bg:#33260a;
--allowed:#7ddba0;--allowed-bg:#0f2e1c;--exempt:#b4bdc9;--exempt-bg:#252c35;--waived:#cdb2ff;--waived-bg:#2a1d42;--mark:#5a201c;--mark2:#1c3a63;
--code:#10151b}}
:root[data-theme=dark]{color-scheme:dark;--bg:#0e1217;--card:#161b22;--fg:#e6eaf0;--dim:#a3adba;
--line:#323a45;--link:#8ab8ff;--focus:#8ab8ff;--denied:#ff9d95;--denied-bg:#3b1513;--undecided:#f5c45e;--undecided-bg:#33260a;
--allowed:#7ddba0;--allowed-bg:#0f2e1c;--exempt:#b4bdc9;--exempt-bg:#252c35;--waived:#cdb2ff;--waived-bg:#2a1d42;--mark:#5a201c;--mark2:#1c3a63;
--code:#10151b}
*{box-sizing:border-box}
[hidden]{display:none!important}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--bg);color:var(--fg);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif;
overflow-wrap:anywhere}
a{color:var(--link)}
:focus-visible{outline:3px solid var(--focus);outline-offset:2px;border-radius:4px}
.page{max-width:72rem;margin:0 auto;padding:0 1.25rem 3rem}
header.top{display:flex;gap:1rem;align-items:flex-start;justify-content:space-between;padding-top:1.75rem}
header.top div{min-width:0}
header.top button{flex:none}
h1{font-size:1.75rem;line-height:1.2;margin:0;letter-spacing:-.01em}
h2{font-size:1.2rem;margin:2.25rem 0 .75rem}
h3{font-size:1rem;line-height:1.4;margin:0;font-weight:600}
p{margin:.4rem 0}
.dim{color:var(--dim)}
code,.mono{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;font-size:.875em}
.tiles{display:grid;grid-template-columns:repeat(5,1fr);gap:.75rem;list-style:none;margin:1.25rem 0 0;padding:0}
.tiles li{background:var(--card);border:1px solid var(--line);border-top:4px solid;border-radius:8px;padding:.6rem .9rem}
.tiles b{display:block;font-size:1.75rem;line-height:1.2;font-variant-numeric:tabular-nums}
.tiles li.none{color:var(--dim)!important;border-top-color:var(--line)!important}
.bar{display:block;width:100%;height:8px;border-radius:4px;margin-top:.75rem;background:var(--line)}
.bar rect.denied{fill:var(--denied)}.bar rect.undecided{fill:var(--undecided)}.bar rect.waived{fill:var(--waived)}
.bar rect.allowed{fill:var(--allowed)}.bar rect.exempt{fill:var(--exempt)}
li.denied,.badge.denied{color:var(--denied)}li.undecided,.badge.undecided{color:var(--undecided)}li.waived,.badge.waived{color:var(--waived)}
li.allowed,.badge.allowed{color:var(--allowed)}li.exempt,.badge.exempt{color:var(--exempt)}
.badge{display:inline-block;min-width:6.2rem;text-align:center;padding:.05rem .5rem;border-radius:999px;font-size:.8125rem;font-weight:600;
text-decoration:none;white-space:nowrap}
.badge.denied{background:var(--denied);color:var(--card)}.badge.undecided{background:var(--undecided-bg)}.badge.waived{background:var(--waived-bg)}
.badge.allowed{background:var(--allowed-bg)}.badge.exempt{background:var(--exempt-bg)}
a.badge:hover{text-decoration:underline}
.filters{position:sticky;top:0;z-index:2;background:var(--bg);padding:.75rem 0;margin-top:1.25rem;border-bottom:1px solid var(--line);
display:grid;grid-template-columns:2fr repeat(4,1fr) auto;gap:.6rem;align-items:end}
.filters label{display:block;font-size:.8125rem;color:var(--dim)}
.filters input,.filters select,button{width:100%;font:inherit;font-size:.9375rem;color:var(--fg);background:var(--card);border:1px solid var(--dim);
border-radius:6px;padding:.4rem .6rem;min-height:2.5rem}
button{cursor:pointer;width:auto}
.filters .count{grid-column:1/-1;font-size:.875rem;margin:0;color:var(--dim)}
.card{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:1rem 1.25rem}
.tree,.tree ul{list-style:none;margin:0;padding:0}
.tree ul.kids{margin-left:.55rem;border-left:2px solid var(--line);padding-left:1.1rem}
.tree li.node{padding:.2rem 0;position:relative}
.tree ul.kids>li.node::before{content:"";position:absolute;left:-1.1rem;top:1.05rem;width:.8rem;border-top:2px solid var(--line)}
.tree>li.node+li.node{border-top:1px solid var(--line);margin-top:.6rem;padding-top:.6rem}
summary{cursor:pointer}
summary.head{list-style-position:outside}
details>summary.head{margin-left:1.1rem}
.head .n{font-weight:600}
.head .n .dim{font-weight:400}
.head.refuses .n{color:var(--denied)}
.tag{display:inline-block;font-size:.75rem;font-weight:600;border:1px solid;border-radius:4px;padding:0 .35rem;margin-left:.35rem;
vertical-align:.08em;color:var(--dim)}
.tag.caa{color:var(--link)}
.tag.broken{color:var(--denied)}
.caa-set{margin:.25rem 0 .35rem 1.1rem;padding:.35rem .7rem;background:var(--code);border-left:4px solid var(--link);border-radius:0 6px 6px 0}
.caa-set ul{list-style:none;margin:0;padding:0}
.caa-set li{display:flex;flex-wrap:wrap;gap:0 .8rem;align-items:baseline}
.caa-set .dim{font-size:.875rem}
.leaf{margin-left:1.1rem}
.rows{margin:.15rem 0 .3rem 1.1rem!important}
.rows li.row{display:grid;grid-template-columns:auto 1fr;gap:.1rem .7rem;align-items:baseline;padding:.2rem .45rem;border-radius:6px;color:var(--fg)}
.rows li.row.denied{background:var(--denied-bg)}
.rows li.row .what{min-width:0}
.rows li.row.denied .name{color:var(--denied);font-weight:600}.rows li.row .mono{margin-right:.2rem}
.sep{color:var(--dim)}
.finding{background:var(--card);border:1px solid var(--line);border-left:5px solid var(--exempt);border-radius:10px;padding:.9rem 1.15rem;margin:0 0 .9rem;
scroll-margin-top:9rem}
.many .finding{content-visibility:auto;contain-intrinsic-size:auto 16rem}
.finding.denied{border-left-color:var(--denied)}.finding.undecided{border-left-color:var(--undecided)}.finding.waived{border-left-color:var(--waived)}
.finding.error{border-left-color:var(--denied)}.finding.warning{border-left-color:var(--undecided)}
.finding:target{outline:3px solid var(--focus)}
.meta{font-size:.875rem;color:var(--dim);margin:.15rem 0 .5rem}
.src{margin:.5rem 0;background:var(--code);border:1px solid var(--line);border-radius:6px;padding:.3rem .7rem .4rem}
.src .path{font-size:.8125rem;color:var(--dim)}
.src .line{display:grid;grid-template-columns:2.4rem 1fr;gap:.7rem;align-items:baseline;margin-top:.2rem}
.src .line>span{color:var(--dim);text-align:right;user-select:none;font-size:.8125rem;font-variant-numeric:tabular-nums}
.src code{white-space:pre-wrap}
.src mark{background:var(--mark2);color:inherit;border-radius:3px;padding:.05rem 0}
.src mark.first{background:var(--mark)}
.src .said{margin:0 0 .15rem 3.1rem;color:var(--dim);font-size:.875rem}
.climb{display:flex;flex-wrap:wrap;gap:.25rem .5rem;list-style:none;margin:.4rem 0;padding:0;font-size:.875rem}
.climb li{background:var(--exempt-bg);border-radius:5px;padding:.05rem .5rem}
.climb li+li::before{content:"\2192\00a0";color:var(--dim)}
.diff{margin:.4rem 0;background:var(--code);border:1px solid var(--line);border-radius:6px;padding:.3rem .7rem}
.diff>*{white-space:pre-wrap}
.diff ins,.diff del{display:block;text-decoration:none}
.diff ins{color:var(--allowed);background:var(--allowed-bg)}.diff del{color:var(--denied);background:var(--denied-bg)}
.finding details{margin-top:.3rem}
.finding details summary{color:var(--link);font-size:.9375rem}
.checked{display:grid;grid-template-columns:1fr 1fr;gap:1rem}
.checked ul{margin:.4rem 0 0;padding-left:1.2rem}
footer{margin-top:2.5rem;color:var(--dim);font-size:.875rem}
@media (max-width:46rem){.page{padding:0 .8rem 2rem}h1{font-size:1.4rem}
.tiles{grid-template-columns:repeat(2,1fr)}.tiles li{display:flex;gap:.6rem;align-items:baseline;padding:.35rem .7rem}.tiles b{font-size:1.25rem}
.filters{position:static;grid-template-columns:1fr 1fr}.filters .wide{grid-column:1/-1}
.checked{grid-template-columns:1fr}.card{padding:.75rem .7rem}.finding{padding:.75rem .8rem;scroll-margin-top:1rem}
.tree ul.kids{padding-left:.7rem;margin-left:.35rem}.tree ul.kids>li.node::before{left:-.7rem;width:.5rem}
.rows,.caa-set{margin-left:.3rem!important}.leaf{margin-left:.3rem}.rows li.row{grid-template-columns:1fr;padding:.3rem .45rem}.badge{min-width:0;
justify-self:start}
.src .line{grid-template-columns:auto 1fr}.src .said{margin-left:0}}
@media print{.filters,button{display:none}.many .finding{content-visibility:visible}.finding{break-inside:avoid}}
]]
