// How the page looks: one column of text, figures aligned to the right, pictures in a grid that
// goes from one column on a telephone to three on a wide screen. Both themes are here, and what a
// printer needs. Nothing is loaded from anywhere.

enum StyleSheet {
  static let text = variables + document + tables + charts + narrowAndPrint

  /// Eight colours searched for: at least 3.3 to 1 against their ground, and apart for people with
  /// protanopia, deuteranopia and tritanopia; the first four the most.
  private static let light = """
    --c0:#0e55c8;
    --c1:#9a1400;
    --c2:#008f61;
    --c3:#5e005a;
    --c4:#8f7e00;
    --c5:#3b322e;
    --c6:#5b80d6;
    --c7:#b0508b;
    --cx:#8a9099;
    --ground:#fff;
    --raised:#f6f7f9;
    --ink:#1b1f24;
    --soft:#57606a;
    --rule:#d8dde3;
    --grid:#eaedf1;
    --link:#0a58ca;--good:#1a6b3a;--bad:#a8200d;--doubt:#7a5200;--focus:#0a58ca;
    --h1:#e3ecf9;
    --h2:#c3d6f2;
    --h3:#9abae8;
    --h4:#6e9bdb;
    --h5:#447bcb;
    --h6:#1f5cb5;
    --h7:#0a3d8a;
    --mean:#d2420a;
    color-scheme:light;
    """
  private static let dark = """
    --c0:#b9c4ff;
    --c1:#fb9150;
    --c2:#6fb59a;
    --c3:#a57ee6;
    --c4:#fdc60f;
    --c5:#fee3ce;
    --c6:#2b97b3;
    --c7:#ef5d66;
    --cx:#7d858f;
    --ground:#14181d;
    --raised:#1c2127;
    --ink:#e6e9ed;
    --soft:#a3acb7;
    --rule:#39414b;
    --grid:#272d35;
    --link:#8ab8ff;--good:#6fd08c;--bad:#ff9a8a;--doubt:#e5b95c;--focus:#8ab8ff;
    --h1:#1b2a42;
    --h2:#1f3a63;
    --h3:#254f8a;
    --h4:#3268b1;
    --h5:#4c86d4;
    --h6:#7fabeb;
    --h7:#c4dbff;
    --mean:#ffb37a;
    color-scheme:dark;
    """

  private static let variables = """
    :root{\(light)}
    @media (prefers-color-scheme:dark){:root{\(dark)}}
    :root[data-theme=light]{\(light)}
    :root[data-theme=dark]{\(dark)}

    """

  private static let document = """
    *{box-sizing:border-box}
    html{
      background:var(--ground);color:var(--ink);
      font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;
      -webkit-text-size-adjust:100%;scroll-padding-top:4rem;
    }
    body{
      margin:0 auto;max-width:90rem;padding:0 clamp(1rem,4vw,3.5rem) 4rem;overflow-wrap:anywhere;
    }
    h1,h2,h3{line-height:1.25;font-weight:600;text-wrap:balance}
    h1{font-size:1.6rem;margin:0}
    h2{font-size:1.25rem;margin:3.5rem 0 1rem;padding-top:.9rem;border-top:1px solid var(--rule)}
    h3{font-size:.95rem;margin:0}
    h3.part{margin-top:2rem}
    p.soft{font-size:.9rem}
    p+figure{margin-top:1.8rem}
    p{margin:.4rem 0;max-width:70ch}
    a{color:var(--link)}
    a:focus-visible,button:focus-visible,summary:focus-visible,[tabindex]:focus-visible{
      outline:2px solid var(--focus);outline-offset:3px;border-radius:3px;
    }
    code,pre,.mono{
      font:.88em/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;
    }
    header{
      display:grid;grid-template-columns:1fr auto;gap:.5rem 2rem;align-items:start;
      padding:2.2rem 0 0;
    }
    header .about{color:var(--soft);margin:.3rem 0 0;font-size:1.05rem;grid-column:1}
    header .facts{
      color:var(--soft);font-size:.88rem;grid-column:1/-1;margin:.2rem 0 0;max-width:none;
    }
    button{
      font:inherit;font-size:.85rem;color:var(--ink);background:var(--raised);
      border:1px solid var(--rule);border-radius:6px;padding:.3rem .7rem;cursor:pointer;
    }
    button:hover{border-color:var(--soft)}
    .skip{position:absolute;left:-99rem}
    .skip:focus{left:1rem;top:.5rem;background:var(--ground);padding:.3rem .6rem;z-index:9}
    nav ul{
      list-style:none;display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;margin:1.2rem 0 0;padding:0;
      font-size:.88rem;
    }
    .answer{font-size:clamp(1.15rem,1rem + .9vw,1.5rem);line-height:1.45;margin:1.8rem 0 1.4rem}
    .answer p{max-width:60ch;margin:0 0 .5em}
    .answer p:first-child{font-weight:600}
    .answer p+p{font-size:.8em;font-weight:400}
    .answer b{font-weight:inherit}
    .answer code{font-size:.92em}
    .verdict{margin:0 0 .3rem}
    .badge{
      display:inline-block;font-weight:600;border-left:4px solid currentColor;padding-left:.6rem;
    }
    .good{color:var(--good)}
    .bad{color:var(--bad)}
    .doubt{color:var(--doubt)}
    .soft{color:var(--soft)}
    .key{
      list-style:none;display:flex;flex-wrap:wrap;gap:.35rem .5rem;margin:1rem 0;padding:.6rem 0;
      position:sticky;top:0;background:var(--ground);z-index:5;
      border-bottom:1px solid var(--grid);
    }
    .key li{display:flex;align-items:center;gap:.45rem;font-size:.85rem;max-width:18rem}
    .key button{
      display:flex;align-items:center;gap:.45rem;text-align:left;background:none;max-width:100%;
    }
    .key span.n{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
    .key button[aria-pressed=false]{opacity:.55;text-decoration:line-through}
    .swatch{flex:none;width:1.1rem;height:.3rem;border-radius:2px;background:var(--c)}
    th .swatch{display:inline-block;vertical-align:middle;margin-right:.4rem}
    .who{display:inline-flex;align-items:center;max-width:14rem}
    .who bdi{overflow-wrap:break-word;min-width:0}
    details{margin:1rem 0}
    summary{cursor:pointer;color:var(--link);font-size:.92rem;width:fit-content}
    pre{
      background:var(--raised);border:1px solid var(--grid);border-radius:6px;padding:.8rem 1rem;
      overflow-x:auto;margin:.6rem 0;white-space:pre-wrap;
    }
    footer{
      color:var(--soft);font-size:.85rem;margin-top:3rem;border-top:1px solid var(--rule);
      padding-top:1rem;
    }

    """

  private static let tables = """
    .scroll{overflow-x:auto;margin:.8rem 0 1.2rem}
    table{border-collapse:collapse;font-size:.9rem;font-variant-numeric:tabular-nums lining-nums}
    caption{text-align:left;color:var(--soft);font-size:.85rem;padding:0 0 .5rem;
      max-width:min(70ch,calc(100vw - 2.5rem))}
    th,td{
      padding:.3rem .9rem .3rem 0;text-align:right;vertical-align:baseline;
      border-bottom:1px solid var(--grid);
    }
    th:last-child,td:last-child{padding-right:0}
    th{font-weight:600}
    th[scope=row]{text-align:left;font-weight:400;min-width:11rem;position:sticky;left:0;
      background:var(--ground);max-width:19rem}
    th,th code,td code{overflow-wrap:normal}
    th bdi{overflow-wrap:anywhere}
    thead th{
      border-bottom:1px solid var(--rule);vertical-align:bottom;min-width:5rem;max-width:14rem;
    }
    td.w,th.w{text-align:left;min-width:6rem}
    td small{display:block;color:var(--soft);font-size:.8rem;white-space:nowrap}
    td.num{white-space:nowrap}
    tbody th.group{
      padding-top:1.1rem;font-weight:600;text-align:left;border-bottom:1px solid var(--rule);
    }
    .meter{
      display:block;width:8rem;height:.5rem;background:var(--grid);border-radius:3px;
      overflow:hidden;
    }
    .meter i{display:block;height:100%;background:var(--c0)}
    .meter i.full{background:var(--bad)}

    """

  private static let charts = """
    .charts{
      display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,20rem),1fr));
      gap:2rem 2.5rem;margin:1rem 0;
    }
    figure{margin:0;min-width:0;max-width:36rem}
    figcaption p{color:var(--soft);font-size:.85rem;margin:.1rem 0 .3rem}
    figcaption{margin-bottom:.4rem}
    .chart{position:relative}
    .chart>svg{display:block;width:100%;height:auto;overflow:visible;touch-action:pan-y}
    .big{max-width:64rem}
    .alone .plot,.dots .plot{overflow:visible}
    .alone.zoomed .plot,.dots.zoomed .plot{overflow:hidden}
    .alone .cx{--c:var(--c0)}
    .alone .cx .line{stroke-width:1.8;opacity:1}
    .one-of{display:none}
    .tick,.note,.name{font-size:11px;fill:var(--soft);unicode-bidi:plaintext}
    .name{fill:var(--ink);font-size:12px}
    .end{text-anchor:end}.mid{text-anchor:middle}
    .grid{stroke:var(--grid)}.axis{stroke:var(--rule)}
    .mark{stroke:var(--soft);stroke-dasharray:2 3;vector-effect:non-scaling-stroke}
    .line{
      fill:none;stroke:var(--c);stroke-width:1.8;stroke-linejoin:round;stroke-linecap:round;
      vector-effect:non-scaling-stroke;
    }
    .cx .line{stroke-width:1;opacity:.7}
    .line.dash,.c4 .line,.c5 .line,.c6 .line,.c7 .line{stroke-dasharray:5 3}
    .lead{fill:none;stroke:var(--c);stroke-width:1;opacity:.6}
    .dot,.bar,.arrow{fill:var(--c)}
    .bar{opacity:.85}
    .bar.low{opacity:.45}
    .predicted{fill:var(--c);opacity:.28}
    .predictedmean{stroke:var(--c);stroke-width:2}
    .ring{fill:none;stroke:var(--bad);stroke-width:1.5}
    .margin{fill:var(--grid)}
    .mean{fill:none;stroke:var(--mean);stroke-width:1.5;vector-effect:non-scaling-stroke}
    .meanline{stroke:var(--ink);stroke-dasharray:4 3}
    .c0{--c:var(--c0)}
    .c1{--c:var(--c1)}
    .c2{--c:var(--c2)}
    .c3{--c:var(--c3)}
    .c4{--c:var(--c4)}
    .c5{--c:var(--c5)}
    .c6{--c:var(--c6)}
    .c7{--c:var(--c7)}
    .cx{--c:var(--cx)}
    .h1{fill:var(--h1)}
    .h2{fill:var(--h2)}
    .h3{fill:var(--h3)}
    .h4{fill:var(--h4)}
    .h5{fill:var(--h5)}
    .h6{fill:var(--h6)}
    .h7{fill:var(--h7)}
    .veil{fill:var(--ground);opacity:.55}
    .band{fill:var(--c);opacity:.18}
    .whisker{fill:none;stroke:var(--c);stroke-width:1;vector-effect:non-scaling-stroke}
    [data-c].off{display:none}
    .cross{stroke:var(--soft);stroke-width:1;pointer-events:none}
    .zoomed::after{
      content:"zoomed: double-click or Escape goes back";position:absolute;right:0;top:0;
      font-size:.75rem;color:var(--soft);
    }
    .zoomed .note,.zoomed .lead{display:none}
    .brush{fill:var(--soft);opacity:.2}
    .tip{
      position:absolute;z-index:4;pointer-events:none;background:var(--ground);
      border:1px solid var(--rule);border-radius:6px;padding:.4rem .6rem;font-size:.8rem;
      line-height:1.4;box-shadow:0 2px 10px #0003;font-variant-numeric:tabular-nums;
      max-width:18rem;
    }
    .tip b{display:block;font-weight:600}
    .tip div{display:flex;gap:.5rem;justify-content:space-between;align-items:center}
    .tip span{
      overflow:hidden;text-overflow:ellipsis;white-space:nowrap;max-width:10rem;margin-right:auto;
    }
    .ramp{display:inline-flex;vertical-align:middle;margin:0 .4rem}
    .ramp svg{height:.7rem;width:auto}
    .tiles{
      list-style:none;padding:0;margin:.6rem 0 0;display:grid;
      grid-template-columns:repeat(auto-fill,minmax(9.5rem,1fr));gap:.9rem 1.2rem;
      font-size:.82rem;font-variant-numeric:tabular-nums;
    }
    .tiles svg{display:block;width:100%;height:2.4rem;border-bottom:1px solid var(--rule)}
    .tiles .area{fill:var(--c);opacity:.25}
    .tiles li>div{display:flex;justify-content:space-between;gap:.5rem}
    .fleet{display:grid;gap:2rem}

    """

  private static let narrowAndPrint = """
    @media (max-width:40rem){
    .one-of.narrow{display:block}
    h2{margin-top:2.6rem}
    table{font-size:.84rem}
    th,td{padding-right:.7rem}
    th[scope=row]{min-width:8.5rem}
    .key{position:static}
    .tick,.note{font-size:12px}
    }
    @media (min-width:40.01rem){.one-of.wide{display:block}}
    @media (prefers-reduced-motion:no-preference){html{scroll-behavior:smooth}}
    @media print{
    :root,:root[data-theme]{\(light)}
    html{font-size:11px}
    body{max-width:none;padding:0}
    nav,.theme,.skip,.tip{display:none}
    .key{position:static}
    figure,tr{break-inside:avoid}
    h2,h3{break-after:avoid}
    .charts{grid-template-columns:1fr 1fr}
    .one-of.wide{display:block}.one-of.narrow{display:none}
    }

    """
}
