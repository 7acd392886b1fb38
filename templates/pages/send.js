document.addEventListener("submit",function(e){
var f=e.target,t,s;
if(f.id!="tip"||e.defaultPrevented)return;
if(f.hasAttribute("aria-busy")){e.preventDefault();return}
t=f.querySelector("[type=submit]").lastChild;s=t.data;
function r(){f.removeAttribute("aria-busy");t.data=s}
f.setAttribute("data-posted","");f.setAttribute("aria-busy","true");t.data=f.getAttribute("data-sending");
setTimeout(r,20000);
addEventListener("pageshow",r)
})
