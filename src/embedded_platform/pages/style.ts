/**
 * The style sheet and the icon of the pages, for light and dark, wide and narrow screens.
 *
 * @module
 */

/** The style sheet. */
export const STYLE_SHEET = `
:root {
  color-scheme: light dark;
  --ground: #f6f7f9; --card: #ffffff; --line: #d5d9e0; --edge: #7b8494;
  --text: #1a2230; --soft: #525c6c; --accent: #2f4fd0; --on-accent: #ffffff;
  --good: #0d6b3f; --good-ground: #e3f5ea; --bad: #a8221b; --bad-ground: #fdeceb; --warn: #7a4a00; --warn-ground: #fdf1dc;
  --shadow: 0 1px 2px rgb(16 24 40 / 6%), 0 4px 16px rgb(16 24 40 / 5%);
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #10141b; --card: #181e28; --line: #2d3644; --edge: #77839a;
    --text: #e9edf4; --soft: #a9b3c4; --accent: #8fa8ff; --on-accent: #0d1530;
    --good: #7fdca9; --good-ground: #11301f; --bad: #ff9d96; --bad-ground: #3a1816; --warn: #ffce85; --warn-ground: #33240b;
    --shadow: none;
  }
}
* { box-sizing: border-box; }
html { background: var(--ground); color: var(--text); font: 16px/1.55 system-ui, "Segoe UI", Roboto, sans-serif; }
body { margin: 0; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .25rem; letter-spacing: -.01em; }
h2 { font-size: 1.15rem; line-height: 1.3; margin: 0 0 .75rem; }
h3 { font-size: 1rem; margin: 0; }
p { margin: 0 0 1rem; }
a { color: var(--accent); text-underline-offset: .15em; }
code, .code { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .92em; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
.skip { position: absolute; left: -100vw; }
.skip:focus { left: 1rem; top: 1rem; background: var(--card); padding: .5rem 1rem; z-index: 1; }
.bar { background: var(--card); border-bottom: 1px solid var(--line); }
.bar > div { max-width: 60rem; margin: 0 auto; padding: .65rem 1.25rem; display: flex; flex-wrap: wrap; align-items: center; gap: .4rem 1.5rem; }
.brand { display: flex; align-items: center; gap: .55rem; font-weight: 650; }
.brand img { width: 1.6rem; height: 1.6rem; }
.brand small { font-weight: 400; color: var(--soft); font-size: .85rem; }
nav { display: flex; gap: 1.25rem; margin-right: auto; }
nav a { color: var(--soft); text-decoration: none; padding: .3rem 0; border-bottom: 2px solid transparent; }
nav a[aria-current] { color: var(--text); border-bottom-color: var(--accent); }
main { max-width: 60rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
.narrow { max-width: 34rem; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.lead { color: var(--soft); max-width: 42rem; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 1.25rem; margin: 0 0 1.25rem; box-shadow: var(--shadow); }
.notice, .problem, .hint { border-radius: 10px; padding: .8rem 1rem; margin: 0 0 1.25rem; }
.notice { background: var(--good-ground); color: var(--good); }
.problem { background: var(--bad-ground); color: var(--bad); }
.hint { background: var(--warn-ground); color: var(--warn); }
.notice :last-child, .problem :last-child, .hint :last-child { margin-bottom: 0; }
input.secret[type="text"] { display: block; width: 100%; max-width: 32rem; margin: .5rem 0; padding: .6rem .75rem; font-size: 1rem; user-select: all; color: var(--text); background: var(--card); border: 1px solid var(--edge); border-radius: 8px; }
.keys { list-style: none; margin: 0; padding: 0; }
.key { display: flex; flex-wrap: wrap; gap: .75rem 1.5rem; justify-content: space-between; align-items: flex-start; padding: 1rem 0; border-top: 1px solid var(--line); }
.key > div:first-child { flex: 1 1 26rem; min-width: 0; }
.key-name { display: flex; flex-wrap: wrap; gap: .2rem .7rem; align-items: baseline; margin-bottom: .35rem; }
.key-name code { color: var(--soft); }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: .4rem 1.25rem; margin: 0; }
.facts + .hint { margin-top: 1.1rem; }
.facts div { min-width: 0; }
.facts .wide { grid-column: 1 / -1; }
dt { color: var(--soft); font-size: .82rem; }
dd { margin: 0; }
.badge { font-size: .8rem; border-radius: 99px; padding: .05rem .6rem; background: var(--warn-ground); color: var(--warn); }
.badge.bad { background: var(--bad-ground); color: var(--bad); }
.actions { display: flex; flex-wrap: wrap; gap: .6rem; align-items: center; }
button, .button { font: inherit; font-weight: 550; display: inline-block; min-height: 2.6rem; padding: .45rem 1.1rem; border-radius: 8px; border: 1px solid var(--accent); background: var(--accent); color: var(--on-accent); text-decoration: none; cursor: pointer; }
button:hover, .button:hover { filter: brightness(1.08); }
.quiet { background: transparent; color: var(--text); border-color: var(--edge); }
.danger { background: var(--bad); border-color: var(--bad); color: var(--card); }
.quiet.danger { background: transparent; color: var(--bad); }
.small { min-height: 2.1rem; padding: .2rem .8rem; font-size: .92rem; }
label, legend { font-weight: 550; }
fieldset { border: 0; margin: 0 0 1.1rem; padding: 0; min-width: 0; }
legend { padding: 0; margin-bottom: .3rem; }
.field { margin: 0 0 1.1rem; }
.field > label { display: block; margin-bottom: .3rem; }
input[type="text"], select { font: inherit; width: 100%; max-width: 26rem; min-height: 2.6rem; padding: .4rem .7rem; color: var(--text); background: var(--card); border: 1px solid var(--edge); border-radius: 8px; }
input.entry { font-size: 1.4rem; letter-spacing: .12em; text-transform: uppercase; max-width: 16rem; }
input[aria-invalid="true"] { border-color: var(--bad); }
.error { color: var(--bad); display: block; margin-top: .3rem; }
.choice { display: flex; gap: .55rem; align-items: baseline; padding: .15rem 0; }
.choice label { font-weight: 400; }
.choice input { accent-color: var(--accent); flex: none; width: 1.05rem; height: 1.05rem; transform: translateY(.15rem); }
.indent { margin-left: 1.6rem; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(14rem, 1fr)); gap: 0 1.5rem; }
.big-code { font-size: 1.9rem; letter-spacing: .12em; margin: .2rem 0 1rem; }
@media (forced-colors: active) {
  /* Transparent borders get a colour too, which would mark all pages as the current one. */
  nav a:not([aria-current]) { border-bottom-color: Canvas; }
}
@media (max-width: 30rem) {
  main { padding-top: 1.25rem; }
  .card { padding: 1rem; border-radius: 10px; }
  .brand small { display: none; }
  .brand { margin-right: auto; }
  nav { order: 1; width: 100%; }
  form .actions button, form .actions .button { flex: 1 1 auto; text-align: center; }
}
`.trimStart();

/** The icon: two arrows that form a loop. */
export const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
<rect width="32" height="32" rx="8" fill="#2f4fd0"/>
<g fill="none" stroke="#fff" stroke-width="2.6" stroke-linecap="round" stroke-linejoin="round">
<path d="M8 16a8 8 0 0 1 13.7-5.6L24 12.6"/><path d="M24 7.5v5.1h-5.1"/>
<path d="M24 16a8 8 0 0 1-13.7 5.6L8 19.4"/><path d="M8 24.5v-5.1h5.1"/>
</g></svg>
`;
