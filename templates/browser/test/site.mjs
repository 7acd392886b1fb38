// A small server that keeps its side of the contract in src/seal/main.js, with
// the smallest page that keeps the other. The real page is tested with the
// real server; here the line can be made as bad as a test wants it.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { listen, root, shut } from "./support.mjs";

export const policy = "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self' blob:; worker-src 'self'; form-action 'self'; base-uri 'none'; require-trusted-types-for 'script'; trusted-types tipbox-worker";

const page = (withScript, lang) => `<!DOCTYPE html><html lang="vi"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Hòm thư</title>
<form id="tip" method="post" action="/t/ncs01${lang}" enctype="multipart/form-data" autocomplete="off" data-site="ncs01" data-site-name="Nhà văn hóa bản">
<fieldset data-field="mailbox"><legend>Hộp thư</legend>
<label><input type="radio" name="mailbox" value="suggestion">Góp ý</label><label><input type="radio" name="mailbox" value="report">Phản ánh</label><label><input type="radio" name="mailbox" value="crime">Tố giác</label></fieldset>
<p data-field="message"><label>Nội dung <textarea name="message"></textarea></label></p>
<details><summary>Thêm</summary><p data-field="place"><label>Ở đâu <input name="place"></label></p><p data-field="time"><label>Khi nào <input name="time"></label></p></details>
<p data-field="photo"><label>Ảnh <input type="file" name="photo" accept="image/*" multiple></label></p>
<p><label><input type="radio" name="delivery" value="urgent">Khẩn</label><label><input type="radio" name="delivery" value="now" checked>Ngay</label></p>
<p class="call">Nguy hiểm? <span><a href="tel:113">113</a> <a href="tel:0215000000">Đơn vị 0215 000 000</a></span></p>
<fieldset data-field="to"><label><input type="radio" name="to" value="unit" checked>Đơn vị</label><label><input type="radio" name="to" value="oversight">Thanh tra</label>
<p class="call">Gọi <span><a href="tel:0215111111">0215 111 111</a></span></p></fieldset>
<fieldset data-field="reply"><label><input type="checkbox" name="reply" value="yes">Tôi muốn xem trả lời</label><input type="hidden" name="code" value="12345678901234567888"></fieldset>
<input type="hidden" name="token" value="t1"><button type="submit">Gửi</button></form>
${withScript ? '<script src="/s/seal.js" data-keys="/s/1.json" defer></script>' : ""}</html>`;

/** Starts the server: {url, posts, answers, data, close}. The answer at a path of hold waits for the promise there. */
export async function site(data, hold = {}) {
  const state = {
    posts: [], // {headers, type, body} of every post that came through
    answers: [], // of the posts to come: status, body and headers, "drop" before or "lose" after reading, or "hang"; then 200
    data: { "/s/1.json": data }, // "drop" cuts the line instead
    moved: "", // path of the data with keys "K2", which alone are good where it is set
    requests: [],
  };
  const server = createServer(async (request, response) => {
    const path = new URL(request.url, "http://x").pathname;
    await hold[path];
    state.requests.push(`${request.method} ${path}`);
    const send = (status, type, body, headers = {}) => response.writeHead(status, { "Content-Type": type, "Content-Security-Policy": policy, "Referrer-Policy": "same-origin", ...headers }).end(body);
    if (request.method === "POST") {
      if (state.answers[0] === "drop") {
        state.answers.shift();
        request.socket.destroy();
        return;
      }
      if (state.answers[0] === "hang") {
        state.answers.shift();
        return;
      }
      const chunks = [];
      request.on("data", (chunk) => chunks.push(chunk)).on("end", () => {
        state.posts.push({ headers: request.headers, ...multipart(Buffer.concat(chunks), request.headers["content-type"]) });
        const answer = state.answers.shift();
        if (answer === "lose") request.socket.destroy();
        else if (state.moved && request.headers["tipbox-keys"] !== "K2") send(409, "text/html", "", { "Tipbox-Keys": state.moved });
        else if (answer) {
          const { status, body = "<p>…", ...headers } = answer;
          send(status, "text/html; charset=utf-8", body, headers);
        } else send(200, "text/html; charset=utf-8", "<!DOCTYPE html><title>Cảm ơn</title><div class=done><h1>Cảm ơn</h1></div>", { "Tipbox-Taken": "yes" });
      });
    } else if (path === "/t/ncs01") send(200, "text/html", page(true, new URL(request.url, "http://x").search));
    else if (path === "/plain") send(200, "text/html", page(false, ""));
    else if (path === "/s/seal.js" || path === "/s/worker.js") send(200, "text/javascript", readFileSync(join(root, path.slice(3))));
    else if (path === "/favicon.ico") send(204, "image/x-icon");
    else if (state.data[path] === "drop") request.socket.destroy();
    else if (state.data[path]) send(200, "application/json", JSON.stringify(state.data[path]));
    else send(404, "text/html", "");
  });
  state.port = await listen(server);
  state.url = `http://127.0.0.1:${state.port}`;
  state.close = () => shut(server);
  return state;
}

// The fields of a form post: {fields: {name: Buffer}}.
function multipart(body, type) {
  const boundary = Buffer.from(`--${/boundary=(.+)$/.exec(type)[1].replaceAll('"', "")}`);
  const fields = {};
  for (let at = body.indexOf(boundary); ;) {
    const next = body.indexOf(boundary, at + 1);
    if (next < 0) return { fields };
    const part = body.subarray(at + boundary.length + 2, next - 2);
    const end = part.indexOf("\r\n\r\n");
    fields[/name="([^"]+)"/.exec(part.subarray(0, end).toString())[1]] = part.subarray(end + 4);
    at = next;
  }
}
