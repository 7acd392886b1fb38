var go
document.addEventListener("submit",function(e){
var f=e.target,t,s;
if(f.id!="tip"||e.defaultPrevented)return;
if(f.hasAttribute("aria-busy")){e.preventDefault();return}
t=f.querySelector("[type=submit]").lastChild;s=t.textContent;
function r(){f.removeAttribute("aria-busy");t.textContent=s}
go=1;
f.setAttribute("data-posted","");f.setAttribute("aria-busy","true");t.textContent=f.getAttribute("data-sending");
setTimeout(r,20000);
addEventListener("pageshow",r)
})
document.addEventListener("click",function(e){if(e.target.closest("[href^=tel]"))go=1})
addEventListener("beforeunload",function(e){
var f=document.getElementById("tip"),g=go;go=0;
if(f&&!g&&f.message.value+f.place.value+f.time.value+f.photo.value){e.preventDefault();e.returnValue=""}
})
