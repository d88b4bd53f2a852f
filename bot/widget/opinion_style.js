// The look of thumbs, reasons and the survey. Targets of 44 px, as everywhere; nothing wider than 320 px.
export const OPINION = `
.rating { width: 100%; padding: 0 4px; font-size: max(16px, .94em); }
.thumbs { display: flex; flex-wrap: wrap; gap: 4px 8px; }
.thumb { display: inline-flex; align-items: center; gap: .4em; padding: 0 .7em; border: 1.5px solid transparent; border-radius: 22px; background: none; color: var(--mc-link); }
.thumb .icon { width: 20px; height: 20px; flex: none; }
.thumb:hover, .chip:hover { background: var(--mc-tint); }
.thumb[aria-pressed=true] { border-color: currentColor; background: var(--mc-own); color: var(--mc-own-ink); font-weight: 600; }
.rated:empty { display: none; }
.rated { padding: 4px 0; color: var(--mc-soft); overflow-wrap: anywhere; }
.why-not, .survey { display: grid; gap: 8px; margin-top: 6px; padding: 10px; border: 1px solid var(--mc-line); border-radius: 12px; background: var(--mc-paper); }
.survey { width: 100%; max-width: 30em; margin-top: 10px; font-size: max(16px, .94em); }
.survey-body { display: grid; gap: 8px; }
.survey .why-not { margin: 0; padding: 0; border: 0; }
.survey-question { font-weight: 600; }
.chips { display: flex; flex-wrap: wrap; gap: 8px; }
.chip { padding: .25em .9em; border: 1.5px solid var(--mc-link); border-radius: 22px; background: var(--mc-paper); color: var(--mc-link); text-align: start; line-height: 1.3; }
.chip[aria-pressed=true] { background: var(--mc-blue); border-color: var(--mc-blue); color: var(--mc-on-blue); font-weight: 600; }
.remarks { display: grid; gap: 6px; }
.remark { width: 100%; min-height: 66px; }
.remark-buttons { display: flex; flex-wrap: wrap; gap: 4px 8px; }
.hint { color: var(--mc-soft); line-height: 1.4; }
.consent { display: flex; align-items: flex-start; gap: .6em; min-height: 44px; padding: .3em 0; }
.tick { flex: none; width: 24px; height: 24px; margin: 0; }
.tell, .enough { justify-self: start; padding: 0 1em; border-radius: 10px; font-weight: 600; }
.tell { border: 1.5px solid var(--mc-blue); background: var(--mc-blue); color: var(--mc-on-blue); }
.enough { border: 0; background: none; color: var(--mc-link); text-decoration: underline; }
.question .survey { border: 0; padding: 0; margin-top: 12px; }
@media (forced-colors: active) { .thumb[aria-pressed=true], .chip[aria-pressed=true] { border: 4px solid Highlight; } }
@media print { .rating, .survey { display: none !important; } }
`;
