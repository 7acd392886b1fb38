// The real page and the real server: every way of sending leaves exactly one tip.
import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { createServer, request as onward } from "node:http";
import { join } from "node:path";
import { describe } from "node:test";
import { after, before, engines, launch, listen, newPage, shut, tempDir, test, within } from "../support.mjs";
import { aged } from "../aged.mjs";
import { webkit } from "../webkit.mjs";
import { blocked, box, camera, everyWay, fault, fill, led, line, link, open, press, reportAs, sealing, sent, shot, thanked, words } from "./villager.mjs";

after(reportAs("send"));

// Nothing of us may be left behind but what the browser's own history says.
async function nothingStays(page) {
  assert.deepEqual(await page.evaluate(async () => ({
    local: localStorage.length, session: sessionStorage.length, cookie: document.cookie,
    caches: window.caches ? (await caches.keys()).length : 0,
    workers: navigator.serviceWorker ? (await navigator.serviceWorker.getRegistrations()).length : 0,
    databases: indexedDB.databases ? (await indexedDB.databases()).length : 0,
  })), { local: 0, session: 0, cookie: "", caches: 0, workers: 0, databases: 0 });
}

// A line that holds the first script and the first post until they are let go.
async function holdingLine(t) {
  const held = {}, comes = new EventEmitter();
  const server = createServer((request, response) => {
    const pass = () => {
      const { method, headers } = request;
      request.pipe(onward(box.url + request.url, { method, headers }, (answer) => {
        response.writeHead(answer.statusCode, answer.headers);
        answer.pipe(response);
      }).on("error", () => response.destroy()));
    };
    const what = request.method === "POST" ? "post" : request.url.endsWith(".js") && "script";
    if (!what || held[what]) return pass();
    held[what] = what === "post" ? () => response.writeHead(204).end() : pass;
    comes.emit(what);
  });
  const port = await listen(server);
  t.after(() => shut(server));
  return {
    url: `http://127.0.0.1:${port}`,
    let: (what) => held[what](),
    dropPost: () => held.post(),
    holds: async (what) => held[what] || within(once(comes, what), `the first ${what}`),
  };
}

for (const name of ["chrome", "firefox"]) {
  describe(name, () => {
    const cleanups = [];
    let browser, profile;
    before(async () => {
      profile = tempDir({ after: (f) => cleanups.push(f) });
      browser = await launch({ after: (f) => cleanups.push(f) }, name, { userDataDir: profile });
    });
    after(async () => {
      for (const cleanup of cleanups.reverse()) await cleanup();
    });
    const visit = (t, options = {}) => open(t, browser, options.url || link(), options);

    test("with script: sealed on the phone, from our host alone, and nothing stays", async (t) => {
      const page = await visit(t);
      await sealing(page);
      const message = words(`${name} với script`);
      await fill(page, message, { photo: camera });
      await page.waitForSelector("ul.photos img");
      await shot(page, `${name}-photo`);
      await page.click("label:has([value=urgent])");
      await press(page);
      await thanked(page);
      sent(message, true, 1);
      await shot(page, `${name}-thanks`);
      assert.equal(page.url(), link(), "the history must not tell that a tip was sent");
      assert.equal(await page.evaluate(() => document.activeElement.tagName), "H1");
      assert.match(await page.$eval(".done", (e) => e.textContent), /Tin khẩn.*113/s);
      const asked = page.asked.map((r) => r.url()).filter((url) => !/^(data|blob):/.test(url));
      assert.deepEqual(asked.map((url) => new URL(url).origin), asked.map(() => box.url));
      assert.deepEqual(asked.map((url) => new URL(url).pathname.replace(/[0-9a-f]{20}/, "HASH")),
        ["/t/ncs01", "/s/seal-HASH.js", "/s/HASH.json", "/t/ncs01"]);
      assert.deepEqual(page.said, []);
      await nothingStays(page);
    });

    test("double tap with script is one tip; another one is a second; the page opened again is empty", async (t) => {
      const page = await visit(t);
      await sealing(page);
      const message = words(`${name} bấm hai lần`);
      await fill(page, message);
      await page.evaluate(() => {
        const button = document.querySelector("[type=submit]");
        button.click();
        button.click();
      });
      await thanked(page);
      sent(message, true);
      await page.click(".again a");
      await sealing(page);
      const second = words(`${name} viết tin khác`);
      await fill(page, second);
      await press(page);
      await thanked(page);
      sent(second, true);
      await page.reload();
      await sealing(page);
      assert.equal(await page.$eval("#message", (e) => e.value), "", "for whoever takes the phone next");
      const third = words(`${name} mở lại`);
      await fill(page, third);
      await press(page);
      await thanked(page);
      sent(third, true);
    });

    test("nothing typed is lost, nor sent too soon: Enter is a new line, and leaving asks, but never a call", async (t) => {
      const page = await visit(t);
      await sealing(page);
      page.removeAllListeners("dialog");
      const asked = () => within(new Promise((resolve) => page.once("dialog", (dialog) => dialog.dismiss().then(() => resolve(dialog.type())))), "the question whether to leave");
      const message = words(`${name} ở đâu, khi nào`);
      await fill(page, message);
      await page.click("summary");
      await page.type("#place", "cầu treo\n");
      await page.type("#time", "tối qua\nhay sớm hơn");
      assert.equal(await page.$eval("#time", (e) => e.value), "tối qua\nhay sớm hơn");
      assert.equal(await page.$("form[aria-busy]"), null, "Enter must not send");
      // The test asks after the script had its say, and stays: else a browser looks for
      // a program that telephones, and one on a desktop puts a question over the page.
      await page.evaluate(() => addEventListener("beforeunload", (e) => {
        document.body.dataset.leaves = String(e.defaultPrevented);
        e.preventDefault();
      }, { once: true }));
      const [first] = await Promise.all([asked(), page.click("main > .call [href='tel:113']")]);
      assert.equal(first, "beforeunload");
      assert.equal(await page.$eval("body", (e) => e.dataset.leaves), "false", "a call must not be asked about");
      const [second] = await Promise.all([asked(), page.click("nav a")]);
      assert.equal(second, "beforeunload");
      assert.equal(await page.$eval("#message", (e) => e.value), message);
      await press(page);
      await thanked(page);
      sent(`${message}\nỞ đâu: cầu treo\nKhi nào: tối qua hay sớm hơn`, true);
    });

    test("where sealing fails the page asks, and sends the plain way once", async (t) => {
      const page = await visit(t);
      await sealing(page);
      await page.evaluate(() => { crypto.getRandomValues = () => { throw new Error("broken"); }; });
      const message = words(`${name} không khóa được`);
      await fill(page, message);
      await press(page);
      await page.waitForFunction(() => document.querySelector("#status").textContent.startsWith("Điện thoại này không tự khóa được tin"));
      assert.equal(await page.evaluate(() => {
        const [plain] = document.querySelectorAll("#status button");
        plain.click();
        plain.click();
        return document.querySelector("[type=submit]").textContent;
      }), "Đang gửi…");
      await led(page);
      assert.equal(page.asked.filter((r) => r.method() === "POST").length, 1);
      sent(message, false);
    });

    test("the line is cut in the middle of the upload, and mends", async (t) => {
      const page = await visit(t, { url: link("ncs01", "vi", box.proxy) });
      await sealing(page);
      const message = words(`${name} mất sóng`);
      await fill(page, message, { photo: camera });
      await page.waitForSelector("ul.photos img");
      await fault("cut");
      await press(page);
      await page.waitForFunction(() => document.querySelector("#status").textContent.startsWith("Đang chờ sóng"));
      await shot(page, `${name}-waiting`);
      await fault("none");
      await page.waitForFunction(() => document.querySelector(".done") || (window.dispatchEvent(new Event("online")), false), { polling: 200 });
      sent(message, true, 1);
    });

    test("the script is blocked; Back, edit and Send is a second tip", async (t) => {
      const page = await visit(t, { before: blocked });
      const message = words(`${name} script bị chặn`);
      await fill(page, message);
      await press(page);
      await led(page);
      sent(message, false);
      await page.goBack();
      await page.waitForSelector("#message");
      const second = words(`${name} quay lại, sửa`);
      await page.$eval("#message", (e) => { e.value = ""; });
      await fill(page, second);
      await press(page);
      await led(page);
      sent(second, false);
    });

    test("the script arrives after Send: the form on its way is left alone", async (t) => {
      const line = await holdingLine(t);
      const page = await visit(t, { url: link("ncs01", "vi", line.url), wait: false });
      const message = words(`${name} script đến muộn`);
      await fill(page, message);
      await line.holds("script");
      await page.$eval("[type=submit]", (b) => setTimeout(() => b.click()));
      await line.holds("post");
      line.dropPost(); // the browser stays on the page, as when Stop is pressed
      assert.equal(await page.$eval("[type=submit]", (b) => b.textContent), "Đang gửi…");
      line.let("script"); // which Chromium no longer runs; another browser may
      await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 1000))); // a trial seal would be over by then
      assert.equal(await page.$("#status"), null, "the script must not send again what is on its way");
      await page.evaluate(() => window.dispatchEvent(new Event("pageshow"))); // sooner than after 20 s
      await press(page);
      await led(page);
      sent(message, false);
    });

    if (name === "firefox") {
      test("without script: by the keyboard, with a photo", async (t) => {
        const without = await launch(t, name, { extraPrefsFirefox: { "javascript.enabled": false } });
        const page = await newPage(without); // of which the driver can neither click nor wait for a part
        await page.goto(link());
        const message = words(`${name} không script`);
        await page.focus("[name=mailbox][value=crime]");
        await page.keyboard.press(" ");
        await page.type("#message", message);
        await (await page.$("#photo")).uploadFile(camera);
        await page.focus("button[type=submit]");
        await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
        assert.match(await page.$eval(".done h1", (e) => e.textContent), /tin đã vào hòm thư/);
        sent(message, false, 1);
      });
    }

    if (name === "chrome") {
      test("without script: a photo, a double tap, Back and another", async (t) => {
        const page = await visit(t, { script: false });
        const message = words(`${name} không script`);
        await fill(page, message, { photo: camera });
        assert.equal(await page.$("#status"), null);
        const button = await page.$("button[type=submit]");
        await button.click();
        await button.click().catch(() => {}); // the page may be gone already
        await led(page);
        sent(message, false, 1);
        await shot(page, "led");
        const posts = () => page.asked.filter((r) => r.method() === "POST").length;
        const before = posts();
        await page.reload();
        await led(page);
        assert.equal(posts(), before, "nothing is sent again");
        await page.goBack();
        await page.waitForSelector("#message");
        const second = words(`${name} không script, quay lại`);
        await page.$eval("#message", (e) => { e.value = ""; });
        await (await page.$("#photo")).uploadFile(); // the one that Chromium may have kept for going back
        await fill(page, second, { mailbox: "crime" });
        await press(page);
        await led(page);
        sent(second, false);
        assert.deepEqual(page.asked.map((r) => new URL(r.url())).filter((u) => u.protocol !== "data:" && u.origin !== box.url), []);
      });
    }

    test("one bar of EDGE: the form is there first, then the script, and it is sent", async (t) => {
      const order = [];
      t.after(() => fault("none"));
      const page = await visit(t, { url: link("ncs01", "vi", box.proxy), before: async (page) => {
        if (name === "chrome") await page.emulateNetworkConditions({ download: 30_000, upload: 30_000, latency: 400 });
        else await fault("slow"); // about the same: the driver of Firefox knows no slow lines
        page.on("requestfinished", (r) => r.url().startsWith("http") && order.push(new URL(r.url()).pathname.replace(/[0-9a-f]{20}/, "HASH")));
        await page.evaluateOnNewDocument(() => {
          new MutationObserver((_, all) => {
            if (document.querySelector("[type=submit]") && !performance.getEntriesByName("usable").length) {
              performance.mark("usable");
              all.disconnect();
            }
          }).observe(document, { childList: true, subtree: true });
        });
      } });
      await sealing(page);
      const message = words(`${name} sóng yếu`);
      await fill(page, message);
      await press(page);
      await thanked(page);
      sent(message, true);
      assert.deepEqual(order, ["/t/ncs01", "/s/seal-HASH.js", "/s/HASH.json", "/t/ncs01"]);
      const { usable, script } = await page.evaluate(() => ({
        usable: performance.getEntriesByName("usable")[0].startTime,
        script: performance.getEntriesByType("resource").find((r) => r.name.endsWith(".js")).responseEnd,
      }));
      assert.ok(usable < script, `${usable} < ${script}`);
    });

    test("in Zalo: one line says how to leave it, text is enough, no new windows", async (t) => {
      const agent = "Mozilla/5.0 (Linux; Android 9; SM-J260G Build/PPR1; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/91.0.4472.120 Mobile Safari/537.36 Zalo android/12100525 ZaloTheme/light ZaloLanguage/vi";
      const page = await visit(t, { agent });
      await shot(page, `${name}-zalo`);
      assert.match(await page.$eval(".zalo", (e) => e.textContent), /Mở bằng trình duyệt/);
      assert.equal(await page.$("[target], [download], [capture]"), null);
      await sealing(page);
      const message = words(`${name} từ Zalo`);
      await fill(page, message);
      await press(page);
      await thanked(page);
      sent(message, true);
    });

    test("the browser has written nothing of us into its caches", async () => {
      await browser.close();
      const files = readdirSync(profile, { recursive: true, withFileTypes: true }).filter((e) => e.isFile() && /cache|storage|service worker|indexeddb/i.test(join(e.parentPath, e.name).slice(profile.length)));
      assert.ok(files.length, "no caches found: looked in the wrong place");
      const ours = new URL(box.url).host;
      for (const file of files) {
        const path = join(file.parentPath, file.name);
        const content = readFileSync(path, "latin1");
        // Chromium notes in its code cache that it ran the script, which is the same
        // for all sites and units, and no header keeps it from that.
        const traces = [`${ours}/t/`, "Tipbox", "na-co-sa", ...(path.includes("Code Cache") ? [] : [`${ours}/s/`])];
        for (const trace of traces) assert.ok(!content.includes(trace), `${path.slice(profile.length)} holds ${trace}`);
      }
    });
  });
}

// The engine of every browser on an iPhone: in make test what all of them hang on.
test("WebKit: sealed with a photo, and without the script", async (t) => {
  const page = await webkit(t);
  await page.goto(link());
  await sealing(page);
  const message = words("webkit với script");
  await fill(page, message, { photo: camera });
  await page.waitForSelector("ul.photos img");
  await press(page);
  await thanked(page);
  sent(message, true, 1);
  assert.equal(await page.url(), link(), "the history must not tell that a tip was sent");
  await nothingStays(page);

  const bare = await line(t, { bare: true });
  await page.goto(link("ncs01", "vi", bare.url));
  const plain = words("webkit không script");
  await fill(page, plain, { photo: camera });
  await press(page);
  await page.waitForFunction(() => location.pathname === "/k" && location.search === "?l=vi");
  sent(plain, false, 1);
});

for (const name of engines("", "webkit", "firefox", "chrome109", "chrome78", "chrome92").slice(1)) {
  test(`every way of sending in ${name}`, async (t) => {
    const page = name === "webkit" ? await webkit(t) : /78|92/.test(name) ? await aged(t, name) : await newPage(await launch(t, name));
    await everyWay(t, page, name);
  });
}
