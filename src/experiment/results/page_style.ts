/** The style sheet of `result.html`. */
export const PAGE_STYLE = `
:root{color-scheme:light dark;--paper:#f6f7f9;--card:#fff;--ink:#16191d;--soft:#5b6470;--line:#dfe3e8;--good:#0f7b53;
--good-soft:#bfe3d3;--bad:#c22f26;--bad-soft:#fdecea;--you:#eef1f5;--focus:#3b5bdb;--shade:0 1px 2px rgb(20 30 40/.06)}
@media(prefers-color-scheme:dark){:root{--paper:#0f1215;--card:#171b20;--ink:#e8ebef;--soft:#97a1ad;--line:#2a3038;
--good:#45c493;--good-soft:#1f5a45;--bad:#ff7b6e;--bad-soft:#331a19;--you:#20262d;--focus:#8ea8ff;--shade:none}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{max-width:70rem;margin:0 auto;padding:2rem 1.25rem 4rem}
h1{font-size:1.7rem;line-height:1.2;margin:0;overflow-wrap:anywhere;letter-spacing:-.01em}
h2{font-size:1.05rem;margin:0}
.meta{color:var(--soft);margin:.35rem 0 0;overflow-wrap:anywhere}
.meta>span+span::before{content:"·";margin:0 .5em}
code,pre,.id{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.9em}
.badge{display:inline-block;padding:.05rem .55rem;border-radius:1rem;font-size:.8rem;font-weight:600;vertical-align:.25em;
margin-left:.6rem;letter-spacing:0;background:var(--bad-soft);color:var(--bad);white-space:nowrap}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(8rem,1fr));gap:.75rem;margin:1.5rem 0 .75rem;padding:0}
.tiles div,figure,.card,.runs{background:var(--card);border:1px solid var(--line);border-radius:.6rem;box-shadow:var(--shade)}
.tiles div{padding:.7rem .9rem}
.tiles dt{color:var(--soft);font-size:.82rem}
.tiles dd{margin:0;font-size:1.35rem;font-weight:650;font-variant-numeric:tabular-nums;line-height:1.3}
.tiles .good dd{color:var(--good)}.tiles .bad dd{color:var(--bad)}
.share{display:block;width:100%;height:8px;border-radius:4px;margin:0 0 1.5rem}
.share .rest{fill:var(--line)}.share .yes{fill:var(--good)}.share .no{fill:var(--bad)}
figure{margin:0 0 1.5rem;padding:.8rem .9rem .5rem}
figcaption{font-weight:600;font-size:.9rem;margin-bottom:.4rem}
small{color:var(--soft);font-weight:400;font-size:.85em}
svg{display:block;width:100%;height:auto}
svg text{font-size:11px;fill:var(--soft);font-variant-numeric:tabular-nums}
.bar{fill:var(--good)}.most{fill:var(--good-soft)}.failed,.bar.failed{fill:var(--bad)}
.grid{stroke:var(--line);fill:none}
svg a:hover .bar{fill:var(--focus)}
.card{padding:.9rem 1rem;margin-bottom:1.5rem}
.card ul{list-style:none;margin:.6rem 0 0;padding:0}
.card li b{min-width:3.2rem}.card li{display:grid;grid-template-columns:auto 7rem 1fr;gap:.6rem;padding:.3rem 0;border-top:1px solid var(--line)}
.card li b{font-variant-numeric:tabular-nums}
.card a{color:inherit;overflow-wrap:anywhere}
.kind{color:var(--bad);font-weight:600}
.tools{position:sticky;top:0;z-index:1;display:flex;flex-wrap:wrap;gap:.6rem;align-items:center;padding:.6rem 0;
background:var(--paper)}
.tools h2{margin-right:auto}
.tools input[type=search],.tools select{font:inherit;color:inherit;background:var(--card);border:1px solid var(--line);
border-radius:.45rem;padding:.3rem .6rem;min-width:0}
.tools input[type=search]{flex:1 1 14rem;max-width:24rem}
.show{display:flex;border:1px solid var(--line);border-radius:.45rem;overflow:hidden;background:var(--card)}
.show label{padding:.3rem .75rem;cursor:pointer}
.show input{position:absolute;opacity:0;pointer-events:none}
.show label:has(:checked){background:var(--ink);color:var(--paper)}
.show label:has(:focus-visible){outline:2px solid var(--focus);outline-offset:-2px}
:focus-visible{outline:2px solid var(--focus);outline-offset:2px}
.note{color:var(--soft);margin:.2rem 0 .6rem}
#count{color:var(--soft);font-variant-numeric:tabular-nums;width:100%}
#count:empty{display:none}
.runs details{content-visibility:auto;contain-intrinsic-size:auto 42px;border-top:1px solid var(--line)}
.runs details:first-of-type{border-top:0}
body:has(#show-failed:checked) .run.yes,body:has(#show-passed:checked) .run.no{display:none}
summary{display:grid;grid-template-columns:1.1rem minmax(4rem,11rem) minmax(0,1fr) 5.5rem;gap:.7rem;align-items:baseline;
padding:.55rem .9rem;cursor:pointer;list-style:none}
summary::-webkit-details-marker{display:none}
summary:hover,details[open]>summary{background:var(--you)}
summary:focus-visible{outline-offset:-2px}
.yes>summary i{color:var(--good)}.no>summary i{color:var(--bad)}
summary i{font-style:normal;font-weight:700}
summary .id,summary .first{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
summary .first{color:var(--soft)}
summary .took{text-align:right;font-variant-numeric:tabular-nums;color:var(--soft);white-space:nowrap}
.talk{padding:.9rem;display:grid;gap:.7rem;scroll-margin-top:8rem}
.talk p{margin:0;color:var(--soft);font-size:.85rem;overflow-wrap:anywhere}
.talk h3{font-size:.78rem;color:var(--soft);font-weight:600;margin:0 0 .2rem}
.talk pre{margin:0;padding:.65rem .8rem;border-radius:.5rem;white-space:pre-wrap;overflow-wrap:anywhere;
unicode-bidi:isolate;max-height:32rem;overflow:auto}
.says{max-width:min(100%,52rem)}
.says pre{background:var(--you)}
.agent{justify-self:end;width:min(100%,52rem)}
.agent pre{background:var(--card);border:1px solid var(--line)}
.wrong pre{background:var(--bad-soft);border:1px solid var(--bad)}
.off{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
[hidden]{display:none!important}
footer{color:var(--soft);font-size:.85rem;margin-top:1.5rem}footer a{color:inherit}
@media(max-width:40rem){main{padding:1.25rem .8rem 3rem}h1{font-size:1.35rem}
.tiles{grid-template-columns:repeat(3,1fr);gap:.5rem}.tiles div{padding:.5rem .6rem}.tiles dd{font-size:1.1rem}
summary{grid-template-columns:1.1rem minmax(0,1fr) auto;gap:.2rem .6rem}summary .first{grid-column:2/-1;grid-row:2}
.card li{grid-template-columns:auto 1fr}.card li a{grid-column:1/-1}.tools h2{width:100%}
.meta>span{display:block}.meta>span+span::before{content:none}.badge{margin-left:0}}
@media print{.tools{display:none}.runs details{content-visibility:visible}}
`;
