// What the page can do beyond being read: values under the pointer or the arrow keys, contenders
// switched on and off, a stretch of time looked at closely, the other theme. Without it nothing is
// missing. It reads only what stands in the page and asks nobody for anything.

enum PageScript {
  static let text = """
    (()=> {
      'use strict';
      const root=document.documentElement,NS='http://www.w3.org/2000/svg';
      const $=(s,e=document)=>[...e.querySelectorAll(s)];
      const make=(n,a,p)=> {
        const e=document.createElementNS(NS,n);
        for(const k in a)e.setAttribute(k,a[k]);
        p&&p.append(e);
        return e
      };
      // Theme: the system's until somebody chooses.
      const theme=document.querySelector('.theme');
      if(theme) {
        theme.hidden=false;
        const dark=()=>root.dataset.theme?root.dataset.theme=='dark'
            :matchMedia('(prefers-color-scheme:dark)').matches;
        const say=()=> {
          theme.textContent=dark()?'Light':'Dark';
          theme.setAttribute('aria-label','Switch to the '+(dark()?'light':'dark')+' theme')
        };
        theme.onclick=()=> {
          root.dataset.theme=dark()?'light':'dark';
          say()
        };
        say()
      }
      // Contenders on and off.
      const off=new Set;
      for(const item of $('.key li')) {
        const b=document.createElement('button');
        b.type='button';
        b.append(...item.childNodes);
        b.setAttribute('aria-pressed','true');
        const c=item.dataset.key;
        item.append(b);
        b.title='Show or hide';
        b.onclick=()=> {
          off.has(c)?off.delete(c):off.add(c);
          b.setAttribute('aria-pressed',String(!off.has(c)));
          for(const e of $('[data-c="'+c+'"]'))e.classList.toggle('off',off.has(c))
        }
      }
      // Numbers in the page's own way.
      const three=v=> {
        const a=Math.abs(v);
        return a==0?'0':a>=99.95?String(Math.round(v)):a>=9.995?v.toFixed(1):a>=0.09995
            ?v.toFixed(2):v.toPrecision(2)
      };
      const text=(v,u)=> {
        if(v==null)return'\\u2013';
        const a=Math.abs(v);
        if(u=='s')return a==0?'0 s':a<1e-6?three(v*1e9)+' ns':a<1e-3?three(v*1e6)+' \\u00b5s'
            :a<.9995?three(v*1e3)+' ms':a<120?three(v)+' s':a<7200?three(v/60)+' min'
            :three(v/3600)+' h';
        if(u=='bytes') {
          let n=['B','KiB','MiB','GiB','TiB'],i=0;
          while(Math.abs(v)>=1023.95&&i<4) {
            v/=1024;
            i++
          }
          return(i==0||Math.abs(v)>=99.95?Math.round(v):v.toFixed(1))+' '+n[i]
        }
        if(u=='ratio')return three(v*100)+' %';
        if(u=='/s')return three(v)+'/s';
        return Number.isInteger(v)?String(v):three(v)
      };
      const where=(v,d)=>d.kind=='tail'?(v==0?'fastest':'p'+String(+(v*100).toFixed(5)))
          :d.xunit=='s'?'at '+text(v,'s'):text(v,d.xunit);
      const turn= {
        linear:v=>v,heat:v=>v,log:v=>Math.log(Math.max(v,1e-12)),tail:v=>-Math.log(Math.max(1-v,
            1e-9))
      };
      const back= {
        linear:v=>v,heat:v=>v,log:Math.exp,tail:v=>1-Math.exp(-v)
      };
      const charts=[];
      for(const f of $('[data-chart]')) {
        const d=JSON.parse(f.querySelector('script').textContent),
            svg=f.querySelector(':scope>svg'),plot=svg.querySelector('.plot');
        const [bx,by,bw,bh]=d.box,full=[turn[d.kind](d.low),turn[d.kind](d.high)];
        let view=full.slice(),at=null;
        const tip=document.createElement('div');
        tip.className='tip';
        tip.hidden=true;
        tip.setAttribute('role','status');
        f.append(tip);
        const cross=make('line',{class:'cross',y1:by,y2:by+bh},svg);
        cross.style.display='none';
        const brush=make('rect',{class:'brush',y:by,height:bh},svg);
        brush.style.display='none';
        const scale=x=>bx+(turn[d.kind](x)-view[0])/(view[1]-view[0])*bw;
        const ticks=[...svg.querySelectorAll('.xt text')].map(e=>[e,e.textContent,
            e.getAttribute('x')]);
        const show=v=> {
          view=v;
          const w=(v[1]-v[0])/(full[1]-full[0])*bw,x=bx+(v[0]-full[0])/(full[1]-full[0])*bw;
          const vb=plot.getAttribute('viewBox').split(' ');
          plot.setAttribute('viewBox',[x,vb[1],w,vb[3]].join(' '));
          const z=v[0]!=full[0]||v[1]!=full[1];
          f.classList.toggle('zoomed',z);
          ticks.forEach(([e,t,x0],i)=> {
            if(!z) {
              e.textContent=t;
              e.setAttribute('x',x0);
              return
            }
            const p=(+x0-bx)/bw,val=back[d.kind](v[0]+p*(v[1]-v[0]));
            e.textContent=d.kind=='tail'?'p'+(val*100).toFixed(2):text(val,d.xunit)
          });
          hide()
        };
        const hide=()=> {
          tip.hidden=true;
          cross.style.display='none';
          at=null
        };
        // All places that can be pointed at, ascending.
        const xs=d.x||[...new Set(d.lines.flatMap(l=>l.x))].sort((a,b)=>a-b);
        const point=(i,y)=> {
          if(i<0||i>=xs.length)return;
          at=i;
          const x=xs[i],px=scale(x);
          if(px<bx-1||px>bx+bw+1)return hide();
          cross.setAttribute('x1',px);
          cross.setAttribute('x2',px);
          cross.style.display='';
          tip.replaceChildren();
          const head=document.createElement('b');
          head.textContent=where(x,d);
          tip.append(head);
          const row=(c,n,v,h=c)=> {
            const r=document.createElement('div');
            if(c!=null) {
              const s=document.createElement('i');
              s.className='swatch '+(h<8?'c'+h:'cx');
              r.append(s)
            }
            const a=document.createElement('span');
            a.textContent=n;
            const b=document.createElement('em');
            b.style.fontStyle='normal';
            b.textContent=v;
            r.append(a,b);
            tip.append(r)
          };
          if(d.kind=='heat') {
            const col=d.counts[i];
            row(null,'turns',col.reduce((a,b)=>a+b,0));
            if(y!=null) {
              const r=Math.exp(Math.log(d.yhigh)-(y-by)/bh*(Math.log(d.yhigh)-Math.log(d.ylow)));
              const k=d.edges.findIndex((e,j)=>r>=e&&r<d.edges[j+1]);
              if(k>=0)row(null,text(d.edges[k],'s')+' to '+text(d.edges[k+1],'s'),col[k])
            }
          }
          else {
            let n=0;
            for(const l of d.lines) {
              if(off.has(String(l.c)))continue;
              const j=l.x?l.x.indexOf(x):i;
              if(j<0)continue;
              if(n++<12)row(l.c,l.n,text(l.y[j],d.unit),l.h)
            }
            if(n>12)row(null,'and '+(n-12)+' more','')
          }
          tip.hidden=false;
          const box=svg.getBoundingClientRect(),fb=f.getBoundingClientRect(),
              k=box.width/svg.viewBox.baseVal.width;
          let left=box.left-fb.left+px*k+12;
          if(left+tip.offsetWidth>fb.width)left=Math.max(0,box.left-fb.left
              +px*k-tip.offsetWidth-12);
          tip.style.left=left+'px';
          tip.style.top=(box.top-fb.top+by*k)+'px'
        };
        const local=e=> {
          const b=svg.getBoundingClientRect(),k=svg.viewBox.baseVal.width/b.width;
          return[(e.clientX-b.left)*k,(e.clientY-b.top)*k]
        };
        const nearest=px=> {
          let best=-1,dist=1e9;
          xs.forEach((x,i)=> {
            const g=Math.abs(scale(x)-px);
            if(g<dist) {
              dist=g;
              best=i
            }
          });
          return best
        };
        let from=null;
        svg.addEventListener('pointermove',e=> {
          const[px,py]=local(e);
          if(px<bx-4||px>bx+bw+4)return hide();
          if(from!=null) {
            const a=Math.max(bx,Math.min(from,px)),b=Math.min(bx+bw,Math.max(from,px));
            brush.style.display='';
            brush.setAttribute('x',a);
            brush.setAttribute('width',b-a)
          }
          point(nearest(px),py)
        });
        svg.addEventListener('pointerleave',()=>{if(from==null)hide()});
        svg.addEventListener('pointerdown',e=> {
          if(e.pointerType=='mouse'&&e.button==0) {
            from=local(e)[0];
            svg.setPointerCapture(e.pointerId)
          }
        });
        svg.addEventListener('pointerup',e=> {
          if(from==null)return;
          const to=local(e)[0];
          brush.style.display='none';
          const a=Math.max(bx,Math.min(from,to)),b=Math.min(bx+bw,Math.max(from,to));
          from=null;
          if(b-a>8) {
            const v=p=>view[0]+(p-bx)/bw*(view[1]-view[0]);
            zoom([v(a),v(b)])
          }
        });
        // Pictures of time that begin or end elsewhere show what they have of the same stretch.
        const zoom=v=> {
          (d.time?charts.filter(c=>c.d.time):[me]).forEach(c=> {
            const w=v&&[Math.max(v[0],c.full[0]),Math.min(v[1],c.full[1])];
            c.show(w&&w[1]>w[0]?w:c.full)
          })
        };
        svg.addEventListener('dblclick',()=>zoom(null));
        f.addEventListener('keydown',e=> {
          if(e.key=='Escape') {
            zoom(null);
            hide()
          }
          else if(e.key=='ArrowRight'||e.key=='ArrowLeft') {
            e.preventDefault();
            const s=e.key=='ArrowRight'?1:-1;
            point(at==null?(s>0?0:xs.length-1):Math.max(0,Math.min(xs.length-1,at+s)))
          }
        });
        f.addEventListener('blur',hide);
        const me={d,show,full};
        charts.push(me)
      }
      addEventListener('beforeprint',()=>$('details').forEach(e=>e.open=true));
    })();
    """
}
