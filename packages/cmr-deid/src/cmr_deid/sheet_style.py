"""How a before/after page looks that stands alone: one style, light and dark, on paper too."""

STYLE = """
:root { color-scheme: light dark; --ink: light-dark(#1b2428, #e6ecee);
--quiet: light-dark(#4a545a, #b6c0c5);
  --line: light-dark(#d9e0e3, #313c42); --page: light-dark(#fff, #12181b);
  --deep: light-dark(#0b6477, #7fcfdd);
  --warn: light-dark(#fdf1dc, #3a2d14); --ok: light-dark(#e4f4ea, #17352a);
  --bad: light-dark(#9b1c1c, #f4a3a3);
  --bad-bg: light-dark(#fde8e8, #401d1f); --calm: light-dark(#e9eef0, #232d32); }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 76rem; margin: 0 auto; padding: 1rem 1.25rem 3rem; }
h1 { font-size: 1.6rem; margin: 1rem 0 .25rem; }
h2 { font-size: 1.2rem; margin: 2rem 0 .25rem; overflow-wrap: anywhere; }
a { color: var(--deep); }
.banner { position: sticky; top: 0; margin: 0; padding: .6rem 1rem; background: var(--bad-bg);
color: var(--bad);
  border-left: 5px solid var(--bad); }
.quiet, .missing, .tag-name, .act-says { color: var(--quiet); } .missing { font-style: italic; }
.code, .tag-name { font-family: ui-monospace, Menlo, Consolas, monospace; font-size: .82rem;
font-weight: 400; }
.tag-name { display: block; }
.act-counts { display: flex; flex-wrap: wrap; gap: .4rem; list-style: none; padding: 0; margin: .6rem 0; }
.act { display: inline-block; padding: .05rem .6rem; border-radius: 99px; background: var(--calm);
font-size: .92rem; }
.act-removed { background: var(--bad-bg); color: var(--bad); }
.act-emptied, .act-replaced, .act-remapped, .act-shifted, .act-cleaned { background: var(--warn); }
.act-kept, .act-added { background: var(--ok); }
.act-group { border: 1px solid var(--line); border-radius: 10px; margin-bottom: .6rem; }
.act-group > summary { cursor: pointer; padding: .55rem .9rem; font-weight: 600; }
.act-says { font-weight: 400; }
table { width: 100%; border-collapse: collapse; table-layout: fixed; }
th, td { text-align: left; vertical-align: top; padding: .4rem .9rem; border-top: 1px solid var(--line);
overflow-wrap: anywhere; }
thead th { font-size: .86rem; color: var(--quiet); } tbody th { font-weight: 600; }
col.attribute { width: 27%; } col.before, col.after { width: 23%; }
.sides-none col.attribute { width: 42%; }
td.before { background: var(--warn); } td.after { background: var(--ok); }
del { background: var(--bad-bg); color: var(--bad); }
ins { font-weight: 650; text-decoration: none; border-bottom: 2px solid currentColor; }
.deep-1 th { padding-left: 1.9rem; } .deep-2 th { padding-left: 2.9rem; }
.deep-3 th { padding-left: 3.9rem; } .deep-4 th { padding-left: 4.9rem; }
.pictures { display: flex; flex-wrap: wrap; gap: 1rem; margin: .6rem 0; } figure { margin: 0; }
figure img { display: block; max-width: 16rem; width: 100%; background: #000; image-rendering: auto; }
figcaption { font-size: .86rem; color: var(--quiet); max-width: 16rem; }
:focus-visible { outline: 3px solid var(--deep); outline-offset: 2px; }
@media (max-width: 44rem) {
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  table, tbody, tr, th, td { display: block; } col { display: none; }
  tr { border-top: 1px solid var(--line); padding: .4rem 0; }
  td, tbody th { border: 0; padding: .15rem .9rem; }
  td::before { content: attr(data-label) ": "; color: var(--quiet); font-size: .86rem; }
}
@media print {
  :root { color-scheme: light; } body { font-size: 9pt; } main { padding: 0; max-width: none; }
  .banner { position: static; border: 1px solid #9b1c1c; } nav { display: none; }
  section { break-before: page; } section:first-of-type { break-before: auto; } tr { break-inside: avoid; }
  details.act-group::details-content { content-visibility: visible; block-size: auto; }
}
"""
