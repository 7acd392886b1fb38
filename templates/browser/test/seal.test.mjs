// The sealing script in browsers, against a server whose line is bad on request.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe } from "node:test";
import { scrypt } from "@noble/hashes/scrypt.js";
import { Decrypter } from "age-encryption";
import { parseTip } from "../src/reader/tip.js";
import { derive, salt } from "../src/shared/receipt.js";
import { after, before, launch, makeKey, newPage, root, tempDir, test, write } from "./support.mjs";
import { site } from "./site.mjs";

// What they say is held by templates; here each sentence is its name.
const texts = Object.fromEntries([
  "sealed_here", "sealing", "sending", "sending_percent", "waiting", "edit", "photo_busy", "photo_alt", "photo_remove", "seal_failed", "send_plain",
  "try_again", "limited", "crowded", "full", "minute", "minutes", "cannot_wait", "withdrawn", "refused", "not_sent", "errors", "mailbox_missing", "message_missing", "message_too_long",
  "reply_ask", "reply_copy", "reply_lost", "reply_when", "reply_copied", "reply_unwanted", "reply_none", "detail_too_long", "too_many_photos", "photo_too_large", "photo_unreadable", "photo_heic",
].map((key) => [key, `«${key}»${{ limited: " {wait}", crowded: " {wait}", full: " {wait}", minutes: "{n}", reply_when: " {address}" }[key] || ""}`]));
const { challenge, solution } = JSON.parse(atob(readFileSync(join(root, "..", "..", "intake", "limit", "testdata", "altcha.txt"), "utf8")));
const camera = join(root, "test", "data", "camera.jpg");
const message = "Có người đổ rác xuống suối.\nXe màu xanh.";

async function openTip(sealed, key) {
  const decrypter = new Decrypter();
  decrypter.addIdentity(key.identity);
  return parseTip(await decrypter.decrypt(new Uint8Array(sealed)));
}

// What exiftool finds in a photo, but for the picture itself.
function metadata(photo) {
  const all = JSON.parse(execFileSync("exiftool", ["-j", "-G1", "-"], { input: photo }))[0];
  return Object.keys(all).filter((name) => !/^(SourceFile|ExifTool:|System:|Composite:|File:(?!Comment)|JFIF:)/.test(name));
}

for (const name of ["chrome", "chrome109", "firefox", "tor"]) {
  describe(name, () => {
    const cleanups = [];
    let browser, key, data;
    before(async () => {
      key = await makeKey();
      const [second, oversight] = [await makeKey(), await makeKey(true)];
      data = {
        keys: "K1", unit: "na-co-sa", worker: "/s/worker.js", phone: "0215 000 000", texts,
        to: { unit: [second.recipient, key.recipient], oversight: [oversight.recipient] },
      };
      browser = await launch({ after: (f) => cleanups.push(f) }, name);
    });
    after(async () => {
      for (const cleanup of cleanups.reverse()) await cleanup();
    });

    async function open(t, change = {}, path = "/t/ncs01", { host, hold } = {}) {
      const server = await site({ ...data, ...change }, hold);
      const page = await newPage(browser);
      t.after(() => server.close());
      t.after(() => page.close());
      page.said = [];
      page.on("console", (m) => page.said.push(m.text()));
      page.on("pageerror", (err) => page.said.push(err.message));
      page.on("dialog", (dialog) => dialog.accept());
      await page.goto((host ? `http://${host}:${server.port}` : server.url) + path);
      return { page, server };
    }
    const sealing = (page) => page.waitForSelector("#status");
    const status = (page, key) => page.waitForFunction((wanted) => document.querySelector("#status").textContent.startsWith(wanted), {}, texts[key].split(" {")[0]);
    async function fill(page, mailbox = "report") {
      await page.click(`[name=mailbox][value=${mailbox}]`);
      await page.type("[name=message]", message);
    }
    const press = (page) => page.$eval("[type=submit]", (b) => b.click());
    const thanked = (page) => page.waitForFunction(() => document.title === "Cảm ơn");

    test("the tip leaves sealed, with nothing beside it, and nothing stays", async (t) => {
      const { page, server } = await open(t, {}, "/t/ncs01?l=vi");
      await sealing(page);
      await fill(page, "crime");
      await page.click("[name=delivery][value=urgent]");
      await page.evaluate(() => {
        document.querySelector("details").open = true;
      });
      await page.type("[name=place]", "cầu  treo");
      await (await page.$("[name=photo]")).uploadFile(camera);
      await page.waitForSelector("ul.photos img, #photo-bad");
      await press(page);
      await thanked(page);
      const [{ fields, headers }] = server.posts;
      assert.deepEqual(Object.keys(fields).sort(), ["delivery", "sealed", "to", "token"]);
      assert.deepEqual([fields.delivery, fields.to, fields.token].map(String), ["urgent", "unit", "t1"]);
      assert.equal(headers["tipbox-keys"], "K1");
      const { text, photos, ...tip } = await openTip(fields.sealed, key);
      assert.equal(tip.replyTo, null, "no unit answers here");
      delete tip.replyTo;
      delete tip.passed;
      assert.deepEqual(tip, { id: "", unit: "na-co-sa", site: "ncs01", siteName: "Nhà văn hóa bản", mailbox: "crime", urgent: true, lang: "vi", warnings: [] });
      assert.equal(text, `${message}\nỞ đâu: cầu treo`);
      assert.equal(photos.length, 1);
      assert.deepEqual(metadata(photos[0]), []);
      assert.deepEqual(page.said, []);
      assert.deepEqual([...new Set(server.requests)].filter((r) => !r.endsWith("favicon.ico")), ["GET /t/ncs01", "GET /s/seal.js", "GET /s/1.json", "POST /t/ncs01"]);
      assert.deepEqual(await page.evaluate(() => [localStorage.length, sessionStorage.length, document.cookie]), [0, 0, ""]);
    });

    test("a dropped line: the same bytes again until they arrive", async (t) => {
      const { page, server } = await open(t);
      await sealing(page);
      await fill(page);
      server.answers.push("drop", "drop", "lose", "lose", { status: 503 });
      await press(page);
      await status(page, "waiting");
      await press(page); // and again, and again
      await page.click("[name=message]").catch(() => {});
      assert.equal(await page.$eval("[name=message]", (e) => e.disabled), true);
      // The phone finds its line again and again: no need to sit out the waits.
      await page.waitForFunction(() => document.title === "Cảm ơn" || (window.dispatchEvent(new Event("online")), false), { polling: 200 });
      assert.equal(server.answers.length, 0);
      assert.ok(server.posts.length >= 3);
      assert.equal(new Set(server.posts.map(({ fields }) => fields.sealed.toString("hex"))).size, 1);
      const tip = await openTip(server.posts[2].fields.sealed, key);
      assert.deepEqual([tip.text, tip.lang], [message, ""], "no language was chosen");
    });

    test("waiting can be stopped to edit; a double tap is one post", async (t) => {
      const { page, server } = await open(t);
      await sealing(page);
      await fill(page);
      server.answers.push(...Array(99).fill("drop"));
      await press(page);
      await status(page, "waiting");
      await page.click("#status button");
      await status(page, "sealed_here");
      server.answers.length = 0;
      assert.equal(await page.$eval("[name=message]", (e) => e.value.replace(/\r/g, "")), message);
      await page.evaluate(() => {
        const button = document.querySelector("[type=submit]");
        button.click();
        button.click();
        document.querySelector("form").requestSubmit?.();
      });
      await thanked(page);
      assert.equal(server.posts.length, 1);
    });

    test("what was stopped and has arrived is the same tip when it is sent again, unless it was edited", async (t) => {
      const { page, server } = await open(t);
      await sealing(page);
      await fill(page);
      await (await page.$("[name=photo]")).uploadFile(camera);
      await page.waitForSelector("ul.photos img");
      for (const edit of ["", "", " Xe to."]) {
        await page.type("[name=message]", edit);
        server.answers.push("lose", ...Array(99).fill("drop"));
        await press(page);
        await status(page, "waiting");
        await page.click("#status button");
        await status(page, "sealed_here");
        server.answers.length = 0;
      }
      await press(page);
      await thanked(page);
      const posts = server.posts.map(({ fields }) => fields.sealed.toString("hex"));
      assert.deepEqual(posts.map((p) => posts.indexOf(p)), [0, 0, 2, 2]);
    });

    test("a further try can be stopped to edit while it is on its way", async (t) => {
      const { page, server } = await open(t);
      await sealing(page);
      await fill(page);
      server.answers.push({ status: 503, "Retry-After": "600" }, "hang");
      await press(page);
      await status(page, "full");
      const again = page.waitForRequest((r) => r.method() === "POST");
      await page.evaluate(() => window.dispatchEvent(new Event("online")));
      await again;
      await page.click("#status button");
      await status(page, "sealed_here");
    });

    test("a key that changed meanwhile is sealed to, once", async (t) => {
      const fresh = await makeKey();
      const { page, server } = await open(t);
      server.data["/s/2.json"] = { ...data, keys: "K2", to: { unit: [fresh.recipient] } };
      server.answers.push({ status: 409, "Tipbox-Keys": "/s/2.json" }, { status: 403, "Tipbox-Token": "t2" });
      await sealing(page);
      await fill(page);
      await press(page);
      await thanked(page);
      assert.deepEqual(server.posts.map(({ fields, headers }) => [headers["tipbox-keys"], String(fields.token)]), [["K1", "t1"], ["K2", "t1"], ["K2", "t2"]]);
      assert.equal((await openTip(server.posts[2].fields.sealed, fresh)).text, message);
    });

    test("a changed key that does not come is waited for", async (t) => {
      const fresh = await makeKey();
      for (const trouble of [undefined, "drop"]) { // undefined is a 404
        const { page, server } = await open(t);
        server.moved = "/s/2.json";
        server.data["/s/2.json"] = trouble;
        await sealing(page);
        await fill(page);
        await press(page);
        await status(page, "waiting");
        await page.click("#status button");
        await status(page, "sealed_here");
        assert.equal(await page.$eval("[name=message]", (e) => e.disabled), false);
        await press(page);
        await status(page, "waiting");
        server.data["/s/2.json"] = { ...data, keys: "K2", to: { unit: [fresh.recipient] } };
        await page.evaluate(() => window.dispatchEvent(new Event("online")));
        await thanked(page);
        assert.equal((await openTip(server.posts.at(-1).fields.sealed, fresh)).text, message);
      }
    });

    test("where sealing fails it says so and asks", async (t) => {
      const { page, server } = await open(t, { to: { unit: data.to.unit, oversight: [data.to.unit[0], data.to.oversight[0]] } });
      await sealing(page);
      await fill(page);
      await page.click("[name=to][value=oversight]");
      await press(page);
      await status(page, "seal_failed");
      assert.equal(server.posts.length, 0);
      await page.click("#status button");
      await thanked(page);
      assert.equal(String(server.posts[0].fields.message).replace(/\r/g, ""), message);
      assert.equal(server.posts[0].fields.sealed, undefined);
    });

    test("errors stand at the field, focus goes there, refusals keep what was typed", async (t) => {
      const { page, server } = await open(t);
      await sealing(page);
      await press(page);
      await page.waitForSelector("#mailbox-bad");
      assert.equal(await page.$eval("#message-bad", (e) => e.textContent), texts.message_missing);
      assert.deepEqual(await page.$$eval(".alert a", (all) => all.map((a) => a.hash)), ["#mailbox", "#message"]);
      assert.equal(await page.evaluate(() => document.activeElement.className), "alert");
      await fill(page);
      server.answers.push({ status: 410 });
      await press(page);
      await status(page, "withdrawn");
      assert.equal(await page.$("#message-bad"), null);
      assert.deepEqual(await page.$$eval("#status a", (all) => all.map((a) => a.href)), ["tel:113", "tel:0215000000"]);
      assert.equal(await page.$eval("[name=message]", (e) => e.value.replace(/\r/g, "")), message);
    });

    for (const [key, code] of [["full", 503], ["crowded", 429]]) test(`a server that answers ${code} is said to be ${key}, with whom to call, and asked again`, async (t) => {
      const { page, server } = await open(t);
      await sealing(page);
      await fill(page);
      const busy = { status: code, "Retry-After": "600" };
      server.answers.push(busy, busy);
      await press(page);
      await status(page, key);
      assert.equal(await page.$eval("#status", (e) => e.textContent), `«${key}» «minutes»10 «edit»«cannot_wait» 113 Đơn vị 0215 000 000`);
      assert.deepEqual(await page.$$eval("#status a", (all) => all.map((a) => a.href)), ["tel:113", "tel:0215000000"]);
      assert.equal(await page.$(".alert"), null, "no alarm");
      await page.click("#status button");
      await status(page, "sealed_here");
      assert.equal(await page.$eval("[name=message]", (e) => e.value.replace(/\r/g, "")), message);
      await page.click("[name=to][value=oversight]");
      await press(page);
      await status(page, key);
      assert.deepEqual(await page.$$eval("#status a", (all) => all.map((a) => a.href)), ["tel:113", "tel:0215111111"], "not the unit that it is about");
      await page.evaluate(() => window.dispatchEvent(new Event("online")));
      await thanked(page);
    });

    if (name === "chrome") test("a limit that does not pass is given up after five waits, with whom to call", async (t) => {
      const { page, server } = await open(t);
      await sealing(page);
      await fill(page);
      server.answers.push(...Array(6).fill({ status: 429, "Retry-After": "600" }));
      await page.evaluate(() => { // ten minutes are over at once
        const set = window.setTimeout;
        window.setTimeout = (act, ms, ...more) => set(act, ms >= 600_000 ? 0 : ms, ...more);
      });
      await press(page);
      await status(page, "limited");
      assert.equal(server.posts.length, 6);
      assert.equal(await page.$eval("#status", (e) => e.textContent), "«limited» «minutes»10«cannot_wait» 113 Đơn vị 0215 000 000");
      assert.deepEqual(await page.$$eval("form :disabled", (all) => all.map((e) => e.name)), []);
      await press(page);
      await thanked(page);
      assert.equal(new Set(server.posts.map(({ fields }) => fields.sealed.toString("hex"))).size, 1, "or a try whose answer was lost would make it two tips");
    });

    test("work that is asked for is done in a worker, and only the button says that it takes longer", async (t) => {
      const { page, server } = await open(t);
      await sealing(page);
      await fill(page);
      await page.evaluate(() => {
        window.seen = new Set();
        new MutationObserver(() => window.seen.add(document.querySelector("#status").textContent)).observe(document.querySelector("#status"), { childList: true, characterData: true, subtree: true });
      });
      server.answers.push({ status: 429, "Tipbox-Work": btoa(JSON.stringify(challenge)), "Retry-After": "60" });
      await press(page);
      await page.waitForFunction((text) => document.querySelector("[type=submit]").lastChild.data.startsWith(text), {}, texts.sending);
      await page.waitForFunction((text) => document.title === "Cảm ơn" || [...window.seen].some((s) => s !== "" && s !== text), {}, texts.sealed_here);
      assert.equal(await page.title(), "Cảm ơn");
      const [first, second] = server.posts.map(({ fields }) => fields);
      assert.equal(first.work, undefined);
      const proof = JSON.parse(atob(String(second.work)));
      assert.deepEqual([proof.challenge, proof.solution.derivedKey], [challenge, solution.derivedKey]);
      assert.ok(first.sealed.equals(second.sealed));
      assert.equal(server.requests.filter((r) => r === "GET /s/worker.js").length, 1);
      assert.deepEqual(page.said.filter((line) => !line.includes("429")), []);
    });

    test("work is done without a worker too, and where it cannot be done it is as if it had not been asked for", async (t) => {
      const { page, server } = await open(t);
      await sealing(page);
      await fill(page);
      await page.evaluate(() => { window.Worker = undefined; });
      const asks = { status: 429, "Tipbox-Work": btoa(JSON.stringify(challenge)), "Retry-After": "60" };
      server.answers.push({ ...asks, "Tipbox-Work": btoa(JSON.stringify({ parameters: { algorithm: "ARGON2ID" } })) }, asks);
      await press(page);
      await status(page, "crowded");
      assert.equal(server.posts.length, 1);
      await page.evaluate(() => window.dispatchEvent(new Event("online")));
      await thanked(page);
      assert.equal(JSON.parse(atob(String(server.posts[2].fields.work))).solution.derivedKey, solution.derivedKey);
      assert.equal(server.requests.filter((r) => r === "GET /s/worker.js").length, 0);
    });

    test("a worker that does not come is not waited for", async (t) => {
      const hold = {};
      const { page, server } = await open(t, {}, "/t/ncs01", { hold });
      await sealing(page);
      await fill(page);
      hold["/s/worker.js"] = new Promise(() => {});
      server.answers.push({ status: 429, "Tipbox-Work": btoa(JSON.stringify(challenge)), "Retry-After": "60" });
      await press(page);
      await thanked(page);
      assert.equal(JSON.parse(atob(String(server.posts[1].fields.work))).solution.derivedKey, solution.derivedKey);
    });

    test("what is not accepted is said in the server's words; nothing is lost", async (t) => {
      const { page, server } = await open(t);
      await sealing(page);
      await fill(page);
      await (await page.$("[name=photo]")).uploadFile(camera);
      await page.waitForSelector("ul.photos img");
      const answer = '<!DOCTYPE html><div class="alert" tabindex="-1"><h2>Chưa gửi</h2><p>Xin sửa:</p><ul><li><a href="#to">Gửi cho ai?</a></li></ul><p>Chọn lại ảnh.</p><p class="call">Gọi <span>113</span></p></div>';
      server.answers.push({ status: 422, body: answer }, { status: 413 }, { status: 403 });
      await press(page);
      await page.waitForSelector(".alert");
      assert.equal(await page.$eval(".alert", (e) => e.textContent), "Chưa gửiXin sửa:Gửi cho ai?Gọi 113");
      assert.equal(await page.evaluate(() => document.activeElement.className), "alert");
      await press(page);
      await page.waitForSelector("#photo-bad");
      assert.equal(await page.$eval("#photo-bad", (e) => e.textContent), texts.photo_too_large);
      assert.deepEqual(await page.$$eval(".alert a", (all) => all.map((a) => a.hash)), ["#photo"]);
      await press(page);
      await status(page, "refused");
      assert.equal(await page.$(".alert"), null);
      await press(page);
      await thanked(page);
      const { text, photos } = await openTip(server.posts[3].fields.sealed, key);
      assert.deepEqual([text, photos.length], [message, 1]);
    });

    test("photos: HEIC and rubbish refused, three at most, removed ones are not sent", async (t) => {
      const dir = tempDir(t);
      const files = write(dir, { "a.heic": "\0\0\0\x18ftypheic\0\0\0\0mif1", "b.jpg": "không phải ảnh", "c.txt": "x" });
      const { page, server } = await open(t);
      await sealing(page);
      const input = await page.$("[name=photo]");
      const error = (wanted) => page.waitForFunction((s) => document.querySelector("#photo-bad")?.textContent === s, {}, wanted);
      await input.uploadFile(files["a.heic"]);
      await error(texts.photo_heic);
      await input.uploadFile(files["b.jpg"]);
      await error(texts.photo_unreadable);
      await input.uploadFile(camera, camera, camera, camera);
      await error(texts.too_many_photos);
      await page.waitForFunction(() => document.querySelectorAll("ul.photos img").length === 3);
      await page.click("ul.photos button");
      await page.waitForFunction(() => document.querySelectorAll("ul.photos li").length === 2);
      await fill(page);
      await press(page);
      await thanked(page);
      assert.equal((await openTip(server.posts[0].fields.sealed, key)).photos.length, 2);
    });

    test("a photo chosen before the script's data has come is seen and sent", async (t) => {
      let release;
      const hold = { "/s/1.json": new Promise((resolve) => { release = resolve; }) };
      const { page, server } = await open(t, {}, "/t/ncs01", { hold });
      await fill(page);
      await (await page.$("[name=photo]")).uploadFile(camera);
      assert.equal(await page.$("ul.photos"), null, "the script is not there yet");
      release();
      await page.waitForSelector("ul.photos img");
      await press(page);
      await thanked(page);
      assert.equal((await openTip(server.posts[0].fields.sealed, key)).photos.length, 1);
    });

    test("a photo that fails after Send was pressed keeps the tip from going without it", async (t) => {
      const files = write(tempDir(t), { "a.heic": "\0\0\0\x18ftypheic\0\0\0\0mif1" });
      const { page, server } = await open(t);
      await sealing(page);
      await fill(page);
      await page.evaluate(() => { // a slow phone: photos are read when released
        const read = FileReader.prototype.readAsArrayBuffer;
        const released = new Promise((resolve) => { window.release = resolve; });
        FileReader.prototype.readAsArrayBuffer = function (blob) {
          released.then(() => read.call(this, blob));
        };
      });
      await (await page.$("[name=photo]")).uploadFile(camera, files["a.heic"]);
      await page.waitForSelector("ul.photos li");
      await press(page);
      assert.equal(await page.$eval("form", (e) => e.getAttribute("aria-busy")), "true");
      await page.evaluate(() => window.release());
      await page.waitForSelector(".alert");
      assert.equal(server.posts.length, 0);
      assert.equal(await page.$eval("#photo-bad", (e) => e.textContent), texts.photo_heic);
      assert.deepEqual(await page.$$eval(".alert a", (all) => all.map((a) => a.hash)), ["#photo"]);
      assert.equal(await page.evaluate(() => document.activeElement.className), "alert");
      assert.equal(await page.$eval("[name=message]", (e) => e.value.replace(/\r/g, "")), message);
      assert.deepEqual(await page.$$eval("form :disabled", (all) => all.map((e) => e.outerHTML)), []);
      await press(page); // seen, and sent without it
      await thanked(page);
      assert.equal((await openTip(server.posts[0].fields.sealed, key)).photos.length, 1);
    });

    test("a code for the answer is made while the tip is typed, shown when it is safe, and gone", async (t) => {
      const { page, server } = await open(t, { reply_at: "https://tip.example.vn" });
      await sealing(page);
      assert.equal(await page.$("[data-field=reply]"), null, "for those without script");
      await fill(page);
      server.answers.push("lose");
      await press(page);
      await page.waitForFunction(() => document.title === "Cảm ơn" || (window.dispatchEvent(new Event("online")), false), { polling: 200 });
      const digits = () => page.$eval(".digits", (e) => [...e.children].map((row) => row.textContent).join(" "));
      assert.deepEqual(await page.$$eval(".receipt", (all) => all.map((e) => e.open)), [false]);
      await page.click(".receipt summary");
      const code = await digits();
      assert.match(code, /^(\d{4} ){4}\d{4}$/);
      const { replyTo } = await openTip(server.posts[0].fields.sealed, key);
      const { lookup, tag, recipient } = await derive(scrypt(code.replace(/ /g, ""), salt("https://tip.example.vn"), { N: 2 ** 15, r: 8, p: 1, dkLen: 32 }));
      assert.deepEqual(replyTo, { recipient, lookup, tag, at: "https://tip.example.vn" });
      assert.deepEqual(Object.keys(server.posts[0].fields).sort(), ["delivery", "sealed", "to", "token"], "nothing of it beside the tip");
      await page.click(".receipt button");
      assert.equal(await page.$(".digits"), null);
      assert.match(await page.evaluate(() => document.activeElement.textContent), /reply_when» tip\.example\.vn\/r/);
      assert.deepEqual(page.said, []);
      assert.deepEqual(await page.evaluate(() => [localStorage.length, sessionStorage.length, document.cookie]), [0, 0, ""]);
    });

    test("where no worker is, tips go without a code, but for one that is copied already", async (t) => {
      let release;
      const hold = { "/s/1.json": new Promise((resolve) => { release = resolve; }) };
      const { page, server } = await open(t, { reply_at: "https://tip.example.vn" }, "/t/ncs01", { hold });
      await page.evaluate(() => { window.Worker = undefined; });
      await page.click("[name=reply]");
      release();
      await sealing(page);
      await fill(page);
      await press(page);
      await thanked(page);
      assert.deepEqual((await openTip(server.posts[0].fields.sealed, key)).replyTo, { code: "12345678901234567888", at: "https://tip.example.vn" });
      const { page: other, server: second } = await open(t, { reply_at: "https://tip.example.vn" });
      await other.evaluate(() => { window.Worker = undefined; });
      await sealing(other);
      await fill(other);
      await press(other);
      await thanked(other);
      assert.equal((await openTip(second.posts[0].fields.sealed, key)).replyTo, null);
      assert.equal(await other.$(".receipt"), null);
    });

    test("recipients of two kinds, a missing script: the form posts by itself", async (t) => {
      for (const [change, path] of [[{ to: { unit: [data.to.unit[0], data.to.oversight[0]] } }, "/t/ncs01"], [{}, "/plain"]]) {
        const { page, server } = await open(t, change, path);
        await fill(page);
        await press(page);
        await thanked(page);
        assert.equal(String(server.posts[0].fields.message).replace(/\r/g, ""), message);
      }
    });

    if (name === "chrome") {
      test("the page's policy lets no worker be but its own", async (t) => {
        const { page } = await open(t);
        await sealing(page);
        assert.match(await page.evaluate(() => {
          try {
            new Worker("/s/seal.js");
            return "a worker of a text";
          } catch (err) {
            return err.name;
          }
        }), /TypeError/);
        assert.match(await page.evaluate(() => {
          try {
            trustedTypes.createPolicy("other", {});
            return "a policy of another name";
          } catch (err) {
            return err.name;
          }
        }), /TypeError/);
      });

      test("plain http, where there is no WebCrypto", async (t) => {
        const classic = await makeKey(true);
        const { page, server } = await open(t, { to: { unit: [classic.recipient] } }, "/t/ncs01", { host: "tip.test" });
        assert.equal(await page.evaluate(() => isSecureContext), false);
        await sealing(page);
        await fill(page);
        server.answers.push({ status: 429, "Tipbox-Work": btoa(JSON.stringify(challenge)), "Retry-After": "60" });
        await press(page);
        await status(page, "crowded");
        await page.evaluate(() => window.dispatchEvent(new Event("online")));
        await thanked(page);
        assert.equal((await openTip(server.posts[1].fields.sealed, classic)).text, message);
      });
    }
  });
}
