/// How a report looks, on light and dark screens, wide and narrow.
enum ReportStyle {
  /// Colours of systems are Okabe and Ito's, which colour-blind readers can tell apart; lighter ones on dark ground.
  ///
  /// - Reference: Okabe and Ito 2008, "Color Universal Design".
  static let sheet: HTML = """
    :root{--ground:#fff;--raised:#f6f7f9;--ink:#1b1f24;--faint:#59636e;--rule:#d5dae0;--bar:#4a5663;--share:#e3e8ee;--link:#0a58a8;
    --c0:#0072b2;--c1:#c24e00;--c2:#00805c;--c3:#b0558b;--c4:#9a6a00;--c5:#2b86b5;
    --del:#a63a00;--delground:#fdeee4;--ins:#00599c;--insground:#e6f1fa}
    @media (prefers-color-scheme:dark){:root{--ground:#14171a;--raised:#1d2125;--ink:#e4e8ec;--faint:#9aa5b1;
    --rule:#353c44;--bar:#a9b4c0;--share:#2a3138;--link:#7db9f0;--c0:#56b4e9;--c1:#f08a3c;--c2:#2fc597;--c3:#dd90be;--c4:#e0b040;--c5:#a3d4f2;
    --del:#f5a274;--delground:#3a2417;--ins:#86c5f7;--insground:#14304a}}
    *{box-sizing:border-box}
    html{-webkit-text-size-adjust:100%}
    body{margin:0 auto;max-width:76rem;padding:1.5rem 1.5rem 4rem;background:var(--ground);color:var(--ink);
    font:16px/1.5 system-ui,"Segoe UI",Roboto,"Noto Sans",sans-serif;overflow-wrap:break-word}
    h1{font-size:1.7rem;line-height:1.2;margin:0 0 .25rem}
    h2{font-size:1.25rem;margin:2.75rem 0 .75rem;padding-bottom:.25rem;border-bottom:1px solid var(--rule)}
    h3{font-size:1rem;margin:1.5rem 0 .5rem}
    h4{font-size:.9rem;margin:.75rem 0 .25rem}
    h3 b,h4 b{margin:0 .35em 0 .3em}
    small,.caption,figcaption,.note{font-size:.84rem;font-weight:normal;color:var(--faint)}
    header p{margin:0;color:var(--faint)}
    header p.environment{display:flex;flex-wrap:wrap;gap:0 1.1rem;font-size:.86rem;color:var(--ink)}
    a{color:var(--link)}
    nav ul{display:flex;flex-wrap:wrap;gap:.15rem 1.1rem;list-style:none;margin:.75rem 0 0;padding:0;font-size:.9rem}
    .scroll{overflow-x:auto}
    table{border-collapse:collapse;font-size:.86rem;font-variant-numeric:tabular-nums}
    th,td{padding:.22rem .42rem;text-align:start;vertical-align:baseline}
    th:first-child,td:first-child:not(.letter){padding-inline-start:0}
    th{font-weight:600;color:var(--faint);vertical-align:bottom;border-bottom:1px solid var(--rule)}
    .scroll td{white-space:nowrap}.scroll td.set{white-space:normal;min-width:6rem;max-width:13rem;overflow-wrap:anywhere}
    td.figure{text-align:end;white-space:nowrap}th.figure{text-align:end}
    tr.begins td{border-top:1px solid var(--rule);padding-top:.4rem}
    thead+tbody tr.begins:first-child td{border-top:0}
    tbody tr:hover td:not(.set){background:var(--raised)}
    abbr{text-decoration:none}
    .system{display:inline-flex;align-items:baseline;gap:.35em}
    svg.key{flex:none;align-self:center;vertical-align:-2px;overflow:visible}
    .facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,21rem),1fr));gap:.3rem 1.5rem;margin:.75rem 0;
    font-size:.86rem}
    .facts dt{color:var(--faint)}.facts dd{margin:0;overflow-wrap:anywhere}
    .inline{display:flex;flex-wrap:wrap;gap:.2rem 1.4rem}.inline div{display:flex;gap:.5em}
    details{margin:.75rem 0}summary{cursor:pointer;font-size:.86rem}
    figure{margin:1rem 0 0}
    figcaption,.caption{max-width:52rem;margin:.5rem 0 .75rem}
    .legend{display:flex;flex-wrap:wrap;gap:.2rem 1.4rem;list-style:none;margin:0 0 .6rem;padding:0;font-size:.86rem}
    .rows{display:grid;grid-template-columns:minmax(7rem,12rem) minmax(0,1fr) auto;gap:.55rem 1.1rem;align-items:start}
    .label{font-size:.9rem;line-height:1.3;padding-top:.15rem;min-width:0;overflow-wrap:anywhere}.label small{display:block}
    .values{font-size:.82rem;font-variant-numeric:tabular-nums;white-space:nowrap}
    .values div{height:24px;line-height:24px}.values b{margin:0 .4em}.values span{color:var(--faint)}
    svg{display:block}svg.key{display:inline-block}
    svg.plot,svg.axis,svg.mark{overflow:visible}
    svg text{font-size:12px;fill:var(--faint);font-variant-numeric:tabular-nums}
    svg text.name{font-weight:600;fill:var(--ink)}
    svg .grid{stroke:var(--rule);stroke-width:1}svg .zero{stroke:var(--faint);stroke-width:1}
    .whisker line{stroke:currentColor;stroke-width:1.5}
    .mark path{transform:scale(1.15)}
    .mark path,.key path{fill:currentColor;stroke:currentColor;stroke-width:1.5}
    .mark path{stroke:var(--ground)}
    .mark.hollow path,.key.hollow path{fill:var(--ground);stroke:currentColor}
    .c0{color:var(--c0)}.c1{color:var(--c1)}.c2{color:var(--c2)}.c3{color:var(--c3)}.c4{color:var(--c4)}.c5{color:var(--c5)}
    rect.substitution,rect.deletion,rect.insertion{stroke:var(--bar);stroke-width:1.25}
    rect.substitution{fill:var(--bar)}rect.deletion{fill:url(#deletions)}rect.insertion{fill:var(--ground)}
    .speed{display:grid;grid-template-columns:2.75rem minmax(0,1fr);max-width:48rem;padding:0 1.5rem .5rem 0}
    .over,.under{grid-column:1/-1;font-size:.82rem;color:var(--faint)}.over{margin-bottom:.6rem}
    .under{padding-inline-start:2.75rem}
    .columns{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,17rem),1fr));gap:.5rem 2rem}
    .columns>div{min-width:0}.confusions{width:100%}
    .confusions td{padding:.1rem .4rem;overflow-wrap:anywhere;white-space:normal}.confusions .figure{width:2.5rem}
    .share{background:linear-gradient(to right,var(--share) var(--part),transparent var(--part))}
    article{border:1px solid var(--rule);border-radius:8px;padding:.75rem 1rem 1rem;margin:1rem 0}
    article h3{margin:0 0 .4rem}
    audio{display:block;width:100%;max-width:30rem;height:40px;margin:.4rem 0 .6rem}
    .texts{display:grid;grid-template-columns:9.5rem minmax(0,1fr);gap:.1rem .75rem;margin:0;font-size:.9rem}
    .texts dt{color:var(--faint);font-size:.84rem}.texts dd{margin:0}.texts dd span{display:block}
    .attempt{margin-top:.75rem;padding-top:.5rem;border-top:1px solid var(--rule)}.attempt h4{margin-top:0}
    p.diff{margin:.25rem 0 .5rem;line-height:1.9}
    del{color:var(--del);background:var(--delground);text-decoration:line-through;padding:.05em .25em;border-radius:3px;
    unicode-bidi:isolate}
    ins{color:var(--ins);background:var(--insground);text-decoration:underline;text-underline-offset:.18em;padding:.05em .25em;
    border-radius:3px;font-weight:600;unicode-bidi:isolate}
    .diff>ins::before,.diff li>ins::before{content:"+\\2060";content:"+\\2060"/"";font-weight:400}
    .diff>del::before,.diff li>del::before{content:"−\\2060";content:"−\\2060"/"";font-weight:400}
    .pair{display:inline;white-space:normal;border:1px solid var(--rule);border-radius:5px;padding:.12em .1em;unicode-bidi:isolate;
    -webkit-box-decoration-break:clone;box-decoration-break:clone}
    code{font-size:.85em;overflow-wrap:anywhere}
    .failures{margin:.4rem 0;padding-inline-start:1.2rem;font-size:.86rem}
    .patterns{position:absolute;width:0;height:0}
    @media (max-width:640px){body{padding:1rem .9rem 3rem}
    .rows{grid-template-columns:minmax(0,1fr) auto;gap:.3rem .7rem}.rows .label{grid-column:1/-1;padding-top:.4rem}
    .rows .label:empty{display:none}.label small{display:inline;margin-inline-start:.6em}.values{font-size:.72rem}
    .texts{grid-template-columns:minmax(0,1fr)}.texts dt{margin-top:.3rem}}
    @media print{nav,audio{display:none}article{break-inside:avoid}}
    """

  /// Hatching for deletions, which are told apart without colour too. Off the page, not `display:none`: that would
  /// take it from the bars as well.
  static let patterns: HTML = """
    <svg class="patterns" aria-hidden="true"><defs><pattern id="deletions" width="6" height="6" \
    patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="6" height="6" fill="var(--ground)"/>\
    <rect width="3" height="6" fill="var(--bar)"/></pattern></defs></svg>
    """
}
