// The scripts of /r and /o in browsers, against a server that keeps its side of the
// contracts in src/replies/main.js and src/outbox/main.js and fails when it is asked
// to. The real pages are tested with the real server.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { describe } from "node:test";
import { writeOutbox } from "../src/shared/outbox.js";
import { derive, rows } from "../src/shared/receipt.js";
import { sealedSize, sealReply, slotName } from "../src/shared/reply.js";
import { after, before, launch, listen, newPage, root, shut, tempDir, test, write } from "./support.mjs";
import { policy } from "./site.mjs";

const vectors = JSON.parse(readFileSync(join(root, "..", "..", "crypto", "receipt", "testdata", "vectors.json"), "utf8"));
const { code, base_url: at, master } = vectors.derived[0];
const locale = JSON.parse(readFileSync(join(root, "..", "locales", "vi.json"), "utf8"));
const texts = Object.fromEntries(Object.entries(locale).filter(([key]) => /^(read_|write_again|again_note|reply_tag|answer_|problem_code_|outbox_)/.test(key)));

const pages = {
  "/r": `<form id="r" method="post" action="/r" data-at="${at}" autocomplete="off"><div data-field="code"><label for="code">Mã</label><p id="code-hint">20 số</p>
    <input type="text" id="code" name="code" autocomplete="off" aria-describedby="code-hint"></div><button type="submit">Xem trả lời</button></form><script src="/s/replies.js" data-keys="/s/r.json" defer></script>`,
  "/o": `<form id="o" method="post" action="/o" enctype="multipart/form-data" data-at="${at}"><div data-field="outbox"><label for="outbox">Tệp</label><input type="file" id="outbox" name="outbox"></div>
    <button type="submit">Gửi đi</button></form><script src="/s/outbox.js" data-keys="/s/o.json" defer></script>`,
};
const page = (body) => `<!DOCTYPE html><html lang="vi"><meta charset="utf-8"><title>Trả lời</title><main><h1>Trả lời</h1>${body}</main></html>`;

// Starts the server: {url, slots, posts, answers}. Slots wait for the lookup; answers are
// of the posts to come: a status, or [status, headers].
async function start(t) {
  const state = { slots: [], posts: [], answers: [], requests: [] };
  const server = createServer((request, response) => {
    const path = new URL(request.url, "http://x").pathname;
    state.requests.push(`${request.method} ${path}`);
    const send = (status, type, body, headers = {}) => response.writeHead(status, { "Content-Type": type, "Content-Security-Policy": policy, ...headers }).end(body);
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk)).on("end", () => {
      if (request.method === "POST") {
        const body = Buffer.concat(chunks).toString("latin1");
        state.posts.push({ path, body, accept: request.headers.accept });
        const [status, headers] = [state.answers.shift() || 0].flat();
        if (status) send(status, "text/html", "", headers);
        else if (path === "/o") send(204, "text/plain", undefined);
        else if (request.headers.accept !== "application/octet-stream") send(200, "text/html", page("<p id=plain>server"));
        else {
          const gone = new URLSearchParams(body).get("delete").split(".");
          state.slots = state.slots.filter((slot) => !gone.includes(slotName(slot)));
          const all = [...state.slots, ...Array.from({ length: 8 - state.slots.length }, () => crypto.getRandomValues(new Uint8Array(sealedSize)))];
          send(200, "application/octet-stream", Buffer.concat(all.reverse()));
        }
      } else if (pages[path]) send(200, "text/html; charset=utf-8", page(pages[path]));
      else if (path === "/t/cu") send(410, "text/html; charset=utf-8", "<!DOCTYPE html><main><h1>Tờ mã này không còn dùng nữa</h1></main>");
      else if (path === "/s/r.json" || path === "/s/o.json") send(200, "application/json", JSON.stringify({ worker: "/s/worker.js", texts }));
      else if (path.startsWith("/s/")) send(200, "text/javascript", readFileSync(join(root, path.slice(3))));
      else send(path === "/favicon.ico" ? 204 : 404, "text/html", "");
    });
  });
  state.url = `http://127.0.0.1:${await listen(server)}`;
  t.after(() => shut(server));
  return state;
}

for (const name of ["chrome", "firefox"]) {
  describe(name, () => {
    const cleanups = [];
    let browser, receipt;
    before(async () => {
      receipt = await derive(new Uint8Array(Buffer.from(master, "hex")));
      browser = await launch({ after: (f) => cleanups.push(f) }, name);
    });
    after(async () => {
      for (const cleanup of cleanups.reverse()) await cleanup();
    });

    async function open(t, path) {
      const server = await start(t);
      const tab = await newPage(browser);
      t.after(() => tab.close());
      tab.said = [];
      tab.on("console", (m) => tab.said.push(m.text()));
      tab.on("pageerror", (err) => tab.said.push(err.message));
      await tab.goto(server.url + path);
      await tab.waitForSelector("#status");
      return { page: tab, server };
    }
    const says = (tab, text) => tab.waitForFunction((wanted) => document.querySelector("#status").textContent.includes(wanted), {}, text);
    const type = (tab, text) => tab.$eval("#code", (box, value) => { box.value = value; }, text);
    const press = (tab) => tab.$eval("[type=submit]", (button) => button.click());
    const seal = (reply) => sealReply({ unit: "na-co-sa", site: "cu", on: "2026-11-29", ...reply }, receipt.recipient);

    test("a code is checked before any work, replies are shown as text, deleted, and leave nothing", async (t) => {
      const { page: tab, server } = await open(t, "/r");
      for (const { typed, error } of vectors.typed.filter(({ error }) => error)) {
        await type(tab, typed);
        await press(tab);
        await tab.waitForFunction((wanted) => document.querySelector("#code-bad") && document.querySelector("#code-bad").textContent === wanted, {}, texts[`problem_code_${error}`]);
      }
      assert.deepEqual(server.posts, []);
      assert.ok(!server.requests.includes("GET /s/worker.js"));

      await type(tab, rows(code).join("\n"));
      server.answers.push([503, { "Retry-After": "5" }]);
      await press(tab);
      await says(tab, texts.read_later);
      assert.equal(await tab.$eval("#code", (box) => box.value.replace(/\D/g, "")), code, "what was typed is kept");
      assert.equal(await tab.$("#code-bad"), null);
      await press(tab);
      await says(tab, texts.read_none);

      const hostile = "<script>document.title='x'</script> http://evil.example/ \u202egpj.exe";
      server.slots.push(await seal({ text: hostile, number: 2 }), await seal({ answer: "received", number: 1 }), await seal({ answer: "later-than-us", text: "cũ", on: "2026-11-28" }));
      await press(tab);
      await tab.waitForSelector("article");
      assert.deepEqual(await tab.$$eval("article", (all) => all.map((e) => [...e.children].map((child) => child.textContent).join("|"))),
        ["28/11/2026|cũ", `29/11/2026|${texts.answer_received}`, `29/11/2026|${hostile.replace("\u202e", "")}`]);
      assert.equal(await tab.$("article a, article script"), null);
      assert.equal(await tab.$eval("article", (e) => e.translate), false, "no browser sends it to be translated");
      assert.equal(await tab.$eval("#code", (box) => box.value), "");
      assert.equal(await tab.evaluate(() => document.activeElement.id), "replies");
      for (const { path, body, accept } of server.posts) {
        assert.deepEqual([path, accept, Object.keys(Object.fromEntries(new URLSearchParams(body)))], ["/r", "application/octet-stream", ["lookup", "delete"]]);
        assert.ok(!body.includes(code) && body.includes(receipt.lookup));
        assert.equal(body.length, server.posts[0].body.length, "a look and a deletion are one size");
      }
      const [again, remove] = await tab.$$("#replies > button");
      await again.click();
      await tab.waitForSelector("#replies [role=alert]");
      assert.equal(await tab.$eval("#replies [role=alert]", (e) => e.textContent), "Tờ mã này không còn dùng nữa");
      server.answers.push(502);
      await remove.click();
      await says(tab, texts.read_later);
      assert.equal((await tab.$$("article")).length, 3);
      await remove.click();
      await says(tab, texts.read_deleted);
      assert.deepEqual([server.slots.length, (await tab.$$("article")).length], [0, 0]);
      assert.equal(server.posts.at(-1).body.length, server.posts[0].body.length);
      assert.deepEqual(tab.said.filter((line) => !/50[23]|410/.test(line)), []);
      assert.deepEqual(await tab.evaluate(() => [localStorage.length, sessionStorage.length, document.cookie, history.length <= 2]), [0, 0, "", true]);
    });

    test("a phone without workers asks before the server sees the code", async (t) => {
      const { page: tab, server } = await open(t, "/r");
      await tab.evaluate(() => { window.Worker = undefined; });
      await type(tab, code);
      await press(tab);
      await says(tab, texts.read_failed);
      assert.deepEqual(server.posts, []);
      await Promise.all([tab.waitForSelector("#plain"), tab.click("#status button")]);
      assert.equal(server.posts[0].body, `code=${code}`);
    });

    test("a file of replies is posted, what is refused is said, and it can be sent again", async (t) => {
      const { page: tab, server } = await open(t, "/o");
      const replies = await Promise.all([1, 2, 3, 4].map(async (n) => ({ lookup: String(n).repeat(32), sealed: await seal({ text: `câu ${n}` }) })));
      const files = write(tempDir(t), {
        "a.tipbox-replies": writeOutbox({ base_url: at, pass: "7F3K-9QMX-2ABC-4DEF", replies }),
        "b.tipbox-replies": writeOutbox({ base_url: "https://khac.example", pass: "x", replies }),
        "c.tipbox-replies": "hỏng",
      });
      const send = async (file) => {
        await (await tab.$("#outbox")).uploadFile(files[file]);
        await press(tab);
      };
      await send("c.tipbox-replies");
      await says(tab, texts.outbox_none);
      await send("b.tipbox-replies");
      await says(tab, "https://khac.example/o");
      assert.deepEqual(server.posts, []);
      server.answers.push(204, 409, 507, 422);
      await send("a.tipbox-replies");
      await says(tab, texts.outbox_full.replace("{n}", "1"));
      assert.deepEqual(await tab.$$eval("#status p", (all) => all.map((e) => e.textContent)), ["done", "full", "broken", "room"].map((key) => texts[`outbox_${key}`].replace("{n}", "1")));
      assert.deepEqual(server.posts.map(({ body }) => /name="lookup"\r\n\r\n(.)/.exec(body)[1] + (/name="pass"\r\n\r\n([^\r]*)/.exec(body) || [])[1]), [1, 2, 3, 4].map((n) => `${n}7F3K-9QMX-2ABC-4DEF`));
      await tab.click("#status button");
      await says(tab, texts.outbox_done.replace("{n}", "3"));
      assert.equal(server.posts.length, 7);
      server.answers.push(403);
      await send("a.tipbox-replies");
      await says(tab, texts.outbox_pass);
      assert.equal(server.posts.length, 8);
      await tab.evaluate((text) => { // dropped
        const transfer = new DataTransfer();
        transfer.items.add(new File([text], "a.tipbox-replies"));
        document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
      }, readFileSync(files["a.tipbox-replies"], "utf8"));
      await says(tab, texts.outbox_done.replace("{n}", "4"));
      assert.deepEqual(tab.said.filter((line) => !/40\d|42\d|50\d/.test(line)), []);
    });
  });
}
