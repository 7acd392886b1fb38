// The reader as an officer uses it: the file that tipbox writes, opened from
// file:// in the browsers of an officer's PC.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe } from "node:test";
import { after, before, example, fileURL, launch, lock, mail, makeKey, newPage, root, sealTip, sealTo, tempDir, test, within, write } from "./support.mjs";

// 16×12 pixels, to be turned by a quarter, with all that a camera writes.
const picture = readFileSync(join(root, "test", "data", "camera.jpg"));
const bomb = Buffer.from(picture);
bomb.writeUInt16BE(0xffff, bomb.indexOf(Buffer.from([0xff, 0xc0])) + 5);
bomb.writeUInt16BE(0xffff, bomb.indexOf(Buffer.from([0xff, 0xc0])) + 7);
const passphrase = "năm con trâu đen";
const hostile = `<script>document.title="x"</script><img src=x onerror="document.title='x'"> http://evil.example/\u202egpj.exe <a href="javascript:1">`;

for (const name of ["chrome", "chrome109", "firefox"]) {
  describe(name, () => {
    const cleanups = [];
    const context = { after: (f) => cleanups.push(f) };
    let browser, dir, url, files, key;

    before(async () => {
      dir = tempDir(context);
      writeFileSync(join(dir, "doc-tin.html"), readFileSync(join(root, "reader.html"), "utf8").replace("%VERSION%", "v1.2.3"));
      url = fileURL(join(dir, "doc-tin.html"));
      key = await makeKey();
      const other = await makeKey(), classic = await makeKey(true);
      const to = [other.recipient, key.recipient];
      const sealed = await sealTip(to, {});
      const flipped = sealed.slice();
      flipped[flipped.length - 9] ^= 4;
      files = write(dir, {
        "TB-7F3K-9QMX.age": sealed,
        "TB-KKKK-0001.age": await sealTip(to, { id: "", urgent: true, mailbox: "crime", message: hostile, photos: [picture, Buffer.from("<svg onload=alert(1)>"), bomb] }),
        "thu.eml": Buffer.concat([Buffer.from("Date: Mon, 23 Nov 2026 08:57:09 +0000\r\n"), mail([{ name: "TB-EEEE-0001.age", bytes: await sealTip(to, { id: "TB-EEEE-0001", message: "Tin trong thư" }) }])]),
        "TB-MMMM-0001.age": await sealTip(to, { id: "TB-7F3K-9QMX", message: "Mạo mã" }),
        "TB-PPPP-0001.age": await sealTip(to, { id: "TB-PPPP-0001", message: "Hai ảnh chụp ở bến đò", photos: [picture, picture] }),
        "cu.age": await sealTip([classic.recipient], { id: "TB-0000-0001", message: "Tin cũ" }),
        "chu.age": await sealTo(to, "chỉ là <b>chữ</b>"),
        "anh.age": await sealTo(to, picture),
        "hong.age": flipped,
        "cut.age": sealed.subarray(0, 9000),
        "nguoi-khac.age": await sealTip([other.recipient], {}),
        "nen.zip": "PK\x03\x04",
        "tra-ve.eml": readFileSync(join(root, "..", "..", "crypto", "unwrap", "testdata", "wrapped", "case-bounce-of-photo.eml")),
        "winmail.dat": readFileSync(join(root, "..", "..", "crypto", "unwrap", "testdata", "wrapped", "zip-in-mail.eml")),
        "khoa.txt": await lock(key.identity, passphrase),
        "khoa-that.txt": await lock(key.identity, passphrase, 18),
        "khoa-cu.txt": `${classic.identity}\n`,
        "cong-khai.txt": `${key.recipient}\n`,
        "to.age": "",
      });
      truncateSync(files["to.age"], 2 ** 32);
      browser = await launch(context, name);
    });
    after(async () => {
      for (const cleanup of cleanups.reverse()) await cleanup();
    });

    async function open(t) {
      const page = await newPage(browser);
      t.after(() => page.close());
      await page.setViewport({ width: 1366, height: 768 });
      page.errors = [];
      page.on("pageerror", (err) => page.errors.push(err.message));
      page.on("console", (m) => page.errors.push(m.text()));
      page.on("request", (r) => /^(file|blob|data|about)/.test(r.url()) || page.errors.push(r.url()));
      await page.goto(url);
      return page;
    }
    const choose = async (page, selector, ...names) => (await page.$(selector)).uploadFile(...names.map((n) => files[n]));
    const text = (page, selector) => page.$eval(selector, (e) => e.textContent);
    const texts = (page, selector) => page.$$eval(selector, (all) => all.map((e) => e.textContent));
    const until = (page, condition, ...args) => page.waitForFunction(condition, {}, ...args);
    const problems = (page) => page.$$eval("#problems li", (all) => Object.fromEntries(all.map((e) => [e.querySelector(".file").textContent, e.dataset.problem])));

    const made = (name) => `X-${createHash("sha256").update(readFileSync(files[name])).digest("hex").slice(0, 8).toUpperCase()}`;

    async function unlocked(t, ...names) {
      const page = await open(t);
      await choose(page, "#picktips", ...names);
      await until(page, () => !document.querySelector("#tipstatus") || /[0-9]/.test(document.querySelector("#tipstatus").textContent));
      await choose(page, "#pickkey", "khoa.txt");
      await page.waitForSelector("#passphrase:not([disabled])");
      await page.type("#passphrase", passphrase);
      await page.keyboard.press("Enter");
      await page.waitForSelector("#reading .entry");
      return page;
    }

    test("from dropped mail to the text read", async (t) => {
      const page = await unlocked(t, "TB-7F3K-9QMX.age", "TB-KKKK-0001.age", "thu.eml", "chu.age", "TB-MMMM-0001.age");
      const listed = await texts(page, ".entry .id");
      assert.equal(listed[0], "TB-KKKK-0001", "urgent first");
      assert.deepEqual(listed.sort(), ["TB-7F3K-9QMX", "TB-EEEE-0001", "TB-KKKK-0001", "TB-MMMM-0001", made("chu.age")]);
      assert.equal(await text(page, "#tip h2"), "KHẨNTố giác tội phạm");
      const air = await page.$$eval(".urgent", (all) => all.map((e) => { // above the hook of Ẩ
        const line = e.appendChild(Object.assign(document.createElement("span"), { style: "display: inline-block" }));
        const baseline = line.getBoundingClientRect().bottom - e.getBoundingClientRect().top;
        line.remove();
        const pen = document.createElement("canvas").getContext("2d");
        pen.font = getComputedStyle(e).font;
        return baseline - pen.measureText(e.textContent).actualBoundingBoxAscent;
      }));
      assert.ok(air.length === 2 && air.every((px) => px >= 1), `pixels above KHẨN: ${air}`);
      assert.equal(await text(page, "#text"), hostile.replace("\u202e", "U+202E"));
      assert.equal(await page.title(), "Đọc tin hòm thư");
      assert.equal(await page.$$eval("#tip a:not([download])", (all) => all.length), 0, "links are not clickable");
      assert.deepEqual(await page.$$eval("#tip [data-problem]", (all) => all.map((e) => e.dataset.problem)), ["notphoto", "photobomb"]);

      // The photo shown is a new JPEG without what was in the old one.
      await page.waitForSelector(".photos img");
      const shown = await page.$eval(".photos a", (a) => ({ name: a.download, url: a.href }));
      assert.equal(shown.name, "TB-KKKK-0001-anh-1.jpg");
      const size = await page.$eval(".photos img", (img) => img.decode().then(() => [img.naturalWidth, img.naturalHeight]));
      assert.deepEqual(size, [12, 16], "turned upright");

      const entry = async (id) => {
        await page.evaluate((wanted) => [...document.querySelectorAll(".entry")].find((e) => e.textContent.includes(wanted)).click(), id);
      };
      await entry("TB-EEEE-0001");
      assert.equal(await text(page, "#text"), "Tin trong thư");
      const arrived = await page.evaluate(() => new Date(Date.UTC(2026, 10, 23, 8, 57, 9)).toLocaleString("en-GB").replace(/(.*), (..:..):09/, "$2 $1"));
      assert.deepEqual(await texts(page, "#tip dl div:nth-child(2) > *"), ["Thư đến", arrived]);
      assert.equal((await texts(page, ".entry .age")).length, 1, "of the mail alone");
      await entry("TB-MMMM-0001"); // another tip's id is inside
      assert.equal(await text(page, "#text"), "Mạo mã");
      assert.equal(await text(page, "#tip dd"), "TB-MMMM-0001");
      assert.deepEqual(await texts(page, "#tip dl div:nth-child(2) > *"), ["Giờ nhận", "xem trong hộp thư"]);
      assert.match(await text(page, "#tip .notice"), /Mã trong tin khác mã ở tên tệp/);
      await entry(made("chu.age"));
      assert.equal(await text(page, "#text"), "chỉ là <b>chữ</b>");
      assert.match(await text(page, "#tip .notice"), /không phải tin của hòm thư/);
      await page.click("#language");
      assert.match(await text(page, "#tip .notice"), /this is not a tip/);
      assert.equal(await page.$eval("html", (e) => e.lang), "en");
      assert.deepEqual(page.errors, []);
    });

    // Firefox's driver knows neither print nor where files are saved.
    test("a tip is printed without what is around it, its photos saved together", { skip: name === "firefox" }, async (t) => {
      const page = await unlocked(t, "TB-PPPP-0001.age", "TB-7F3K-9QMX.age");
      await page.evaluate(() => [...document.querySelectorAll(".entry")].find((e) => e.textContent.includes("TB-PPPP-0001")).click());
      await until(page, () => document.querySelectorAll(".photos img").length === 2);
      const seen = () => page.evaluate(() => ["#bar", "#list", "#mute", "#savephotos", "#text", ".photos img"].filter((s) => document.querySelector(s).getClientRects().length));
      assert.deepEqual(await seen(), ["#bar", "#list", "#mute", "#savephotos", "#text", ".photos img"]);
      await page.emulateMediaType("print");
      assert.deepEqual(await seen(), ["#text", ".photos img"]);
      assert.ok(await page.$eval("#text", (e) => parseFloat(getComputedStyle(e).borderLeftWidth)) >= 3, "along every line of the sender's");
      assert.match(await page.$eval("#tip", (e) => e.innerText), /^[^\n]*\n+Nội dung do người gửi viết, chưa được xác minh\./, "on paper under the heading");
      assert.equal((await page.$eval("#tip", (e) => e.innerText)).split("chưa được xác minh").length, 2, "once");
      await page.emulateMediaType("screen");

      const saved = tempDir(t);
      const session = page.createCDPSession ? await page.createCDPSession() : page._client();
      await session.send("Browser.setDownloadBehavior", { behavior: "allow", downloadPath: saved, eventsEnabled: true });
      let all = 2;
      const done = new Promise((resolve) => {
        session.on("Browser.downloadProgress", ({ state }) => state === "completed" && --all === 0 && resolve());
      });
      await page.click("#savephotos");
      await within(done, "two photos saved");
      assert.match(await text(page, "#saved"), /^Đã lưu 2 ảnh vào thư mục Tải xuống\./);
      assert.deepEqual(readdirSync(saved).sort(), ["TB-PPPP-0001-anh-1.jpg", "TB-PPPP-0001-anh-2.jpg"]);
      for (const photo of readdirSync(saved)) {
        const bytes = readFileSync(join(saved, photo));
        assert.equal(bytes.readUInt16BE(), 0xffd8);
        assert.ok(!bytes.includes("secret"), "what the camera wrote is not saved");
      }
    });

    test("each bad file has its own sentence, and hides no good one", async (t) => {
      const page = await unlocked(t, "TB-7F3K-9QMX.age", "cu.age", "anh.age", "hong.age", "cut.age", "nguoi-khac.age", "nen.zip", "cong-khai.txt", "to.age", "tra-ve.eml", "winmail.dat");
      const bounce = await page.$eval("[data-problem=bounce]", (e) => e.textContent);
      assert.match(bounce, /không giao được thư TB-FG3G-DWPM.*tipbox spool resend TB-FG3G-DWPM/);
      assert.deepEqual(await problems(page), {
        "cu.age": "wrongkind", "anh.age": "nottext", "hong.age": "damaged", "cut.age": "truncated", "nguoi-khac.age": "wrongkey",
        "nen.zip": "zip", "to.age": "toolarge", "tra-ve.eml": "bounce", "TB-7F3K-9QMX.age trong thư winmail.dat": "wrongkind",
      });
      assert.equal(await text(page, "#text"), example.message);

      // An old key without a passphrase opens old tips, with a warning.
      await choose(page, "#pickkey", "khoa-cu.txt");
      await until(page, () => document.querySelectorAll(".entry").length === 2);
      assert.match(await text(page, "#notices"), /không có mật khẩu/);
      await choose(page, "#pickkey", "TB-7F3K-9QMX.age");
      await until(page, () => document.querySelector("[data-problem=notidentity]"));
    });

    test("what is wrong stands where it is seen, and says when it is right again", async (t) => {
      const page = await open(t);
      await page.setViewport({ width: 1007, height: 600 });
      const told = (count) => until(page, (n) => document.activeElement.textContent.includes(n), `Có ${count} tệp không dùng được`);
      const seen = () => page.$eval("#newest", (e) => {
        const { top, bottom } = e.getBoundingClientRect();
        return [e.dataset.problem, top >= 0 && bottom <= innerHeight && document.elementFromPoint(innerWidth / 2, (top + bottom) / 2).closest("#newest") === e];
      });
      await choose(page, "#picktips", "nen.zip");
      await told(1);
      await choose(page, "#pickkey", "cong-khai.txt");
      await told(2);
      assert.deepEqual(await seen(), ["recipients", true]);
      await choose(page, "#picktips", "TB-7F3K-9QMX.age");
      await choose(page, "#pickkey", "khoa.txt");
      await page.waitForSelector("#passphrase:not([disabled])");
      assert.deepEqual(await problems(page), { "nen.zip": "zip" });
      await page.type("#passphrase", passphrase);
      await page.keyboard.press("Enter");
      await page.waitForSelector("#reading .entry");
      const unfolded = () => page.$eval("#problems details", (e) => e.open);
      assert.equal(await unfolded(), false, "old, and a tip is to be read");
      await choose(page, "#picktips", "cut.age");
      await told(2);
      assert.equal(await unfolded(), true);
      assert.deepEqual(await seen(), ["truncated", true]);
    });

    test("a tip for another key is said to need one", async (t) => {
      const page = await open(t);
      const status = (wanted) => until(page, (w) => document.querySelector("#tipstatus").textContent === w, wanted);
      const ticked = () => page.$eval("#tipstatus", (e) => getComputedStyle(e, "::before").content.includes("✓"));
      await choose(page, "#picktips", "nguoi-khac.age");
      await status("1 tin đang chờ mở");
      assert.equal(await ticked(), true);
      await choose(page, "#pickkey", "khoa.txt");
      await page.waitForSelector("#passphrase:not([disabled])");
      await page.type("#passphrase", passphrase);
      await page.keyboard.press("Enter");
      await status("1 tin chưa mở được: cần tệp khóa khác");
      assert.equal(await ticked(), false);
      await choose(page, "#pickkey", "khoa-that.txt");
      await until(page, () => document.activeElement.id === "passphrase");
      assert.equal(await text(page, "label[for=passphrase]"), "Mật khẩu của khoa-that.txt", "of the one that is not open yet");
    });

    test("on a small screen nothing jumps and the chosen tip is seen", async (t) => {
      const page = await open(t);
      await page.setViewport({ width: 1007, height: 600 });
      const place = (selector) => page.$eval(selector, (e) => e.getBoundingClientRect().toJSON());
      const lockSeen = () => page.$eval("#lock", (e) => getComputedStyle(e).visibility === "visible");
      assert.equal(await lockSeen(), false);
      const before = await place("#openabout");
      await choose(page, "#picktips", "TB-7F3K-9QMX.age", "TB-KKKK-0001.age", "thu.eml", "chu.age", "TB-MMMM-0001.age", "TB-PPPP-0001.age");
      await choose(page, "#pickkey", "khoa.txt");
      await page.waitForSelector("#passphrase:not([disabled])");
      assert.equal(await lockSeen(), false);
      await page.type("#passphrase", passphrase);
      await page.keyboard.press("Enter");
      await page.waitForSelector("#reading .entry");
      assert.equal(await lockSeen(), true);
      assert.deepEqual(await place("#openabout"), before);

      const count = (await page.$$(".entry")).length;
      const prints = new Set();
      for (const i of [...Array(count).keys()].reverse()) { // a long heading, an urgent one, a short one
        const inside = await page.evaluate((n) => {
          document.querySelectorAll(".entry")[n].click();
          const [list, entry] = [document.querySelector("#entries"), document.querySelector(".entry[aria-current]")].map((e) => e.getBoundingClientRect());
          return entry.top >= list.top && entry.bottom <= list.bottom && list.bottom <= innerHeight ? "whole" : [entry.top, entry.bottom, list.top, list.bottom].join();
        }, i);
        assert.equal(inside, "whole", `entry ${i}`);
        const { top, right } = await place("#mute");
        prints.add(`${top} ${right}`);
      }
      assert.equal(prints.size, 1, `the button stays: ${[...prints]}`);
    });

    test("a real key takes seconds, shows it, can be stopped, and a wrong passphrase asked again", async (t) => {
      const page = await open(t);
      await choose(page, "#picktips", "TB-7F3K-9QMX.age");
      await choose(page, "#pickkey", "khoa-that.txt");
      await page.waitForSelector("#passphrase:not([disabled])");
      assert.equal(await text(page, "#keystatus"), "khoa-that.txt (chờ mật khẩu)");
      assert.equal(await text(page, "label[for=passphrase]"), "Mật khẩu của khoa-that.txt");
      await page.click("#show");
      await page.click("#unlock");
      await until(page, () => /Chưa gõ/.test(document.querySelector("#unlockerror").textContent));
      await page.type("#passphrase", "sai");
      await page.click("#unlock");
      await until(page, () => document.querySelector("#progress")?.value > 0.05 && (document.querySelector("#stop").click(), true)); // at once: it may end sooner than the driver can click
      await until(page, () => /Đã dừng/.test(document.querySelector("#unlockerror").textContent));
      await page.click("#unlock");
      await until(page, () => /Không đúng mật khẩu của khoa-that\.txt\. .*Bật “Hiện chữ khi gõ”/.test(document.querySelector("#unlockerror").textContent));
      assert.deepEqual(await page.$eval("#passphrase", (e) => [e.type, document.querySelector("#show").checked]), ["text", true], "the choice to see it stays");
      assert.equal(await page.$eval("#passphrase", (e) => e.value), "");
      await page.type("#passphrase", passphrase.normalize("NFD"));
      await page.click("#unlock");
      await page.waitForSelector("#reading .entry");
      assert.equal(await text(page, "#text"), example.message);
    });

    test("locks at once and after ten idle minutes; nothing stays", async (t) => {
      const gone = async (page, said) => {
        await until(page, (wanted) => document.querySelector("#notice")?.textContent.includes(wanted), said);
        assert.ok(!(await page.content()).includes(example.message));
        assert.equal(await page.$(".entry"), null);
        assert.equal(await page.evaluate(() => location.hash), ""); // the driver's own idea of the address comes late
      };
      const page = await unlocked(t, "TB-7F3K-9QMX.age");
      await page.click("#lock");
      await gone(page, "Đã khóa");

      const idle = await unlocked(t, "TB-7F3K-9QMX.age");
      const later = (minutes) => idle.evaluate((m) => {
        const now = Date.now();
        Date.now = () => now + m * 60_000;
        document.dispatchEvent(new Event("visibilitychange"));
        return Boolean(document.querySelector("#idle")); // at once: a scroll of the page itself that comes late would take it away
      }, minutes);
      assert.ok(await later(9.5), "warned");
      await idle.keyboard.press("Shift");
      await until(idle, () => !document.querySelector("#idle"));
      await later(10);
      await gone(idle, "tự khóa");

      const left = await idle.evaluate(async () => ({
        local: localStorage.length, session: sessionStorage.length, cookie: document.cookie,
        caches: self.caches ? await caches.keys().catch(() => []) : [], databases: indexedDB.databases ? await indexedDB.databases().catch(() => []) : [],
      }));
      assert.deepEqual(left, { local: 0, session: 0, cookie: "", caches: [], databases: [] });
    });

    test("the policy stops network, markup, eval and forms", async (t) => {
      const page = await open(t);
      const outcome = await page.evaluate(async (outside) => {
        const violations = [];
        document.addEventListener("securitypolicyviolation", (e) => violations.push(e.effectiveDirective));
        const tries = {
          fetch: () => fetch(outside),
          image: () => new Promise((ok, no) => Object.assign(new Image(), { onload: ok, onerror: no, src: outside })),
          script: () => new Promise((ok, no) => document.head.append(Object.assign(document.createElement("script"), { onload: ok, onerror: no, textContent: "document.title = 'x'" })) ?? setTimeout(no, 50)),
          evaluate: () => new Function("document.title = 'x'")(),
        };
        const done = [];
        for (const [what, attempt] of Object.entries(tries)) {
          try {
            await attempt();
            done.push(what);
          } catch {
            // as it must be
          }
        }
        return { done, title: document.title, blocked: new Set(violations).size > 1 };
      }, "http://127.0.0.1:9/");
      assert.deepEqual(outcome, { done: [], title: "Đọc tin hòm thư", blocked: true });
    });

    test("says its version and its own SHA-256", async (t) => {
      const page = await open(t);
      await page.click("#openabout");
      assert.equal(await page.evaluate(() => document.activeElement.textContent), "Đóng");
      await until(page, () => document.querySelector("#sha").textContent.length > 3);
      assert.equal(await text(page, "#version"), "v1.2.3");
      const sum = createHash("sha256").update(readFileSync(join(dir, "doc-tin.html"))).digest("hex");
      assert.equal((await text(page, "#sha")).replaceAll(" ", ""), sum);
      assert.match(await text(page, "#about pre"), /age-encryption 0/);
    });

    test("a dropped folder, a chosen folder", async (t) => {
      const page = await open(t);
      const inner = join(dir, "thư mục", "tháng 11");
      mkdirSync(inner, { recursive: true });
      writeFileSync(join(inner, "TB-7F3K-9QMX.age"), readFileSync(files["TB-7F3K-9QMX.age"]));
      writeFileSync(join(inner, "ghi-chu.txt"), "không phải tin");
      if (name === "firefox") {
        // Its driver cannot drag: the event is made of File objects, and a folder is left out.
        await page.evaluate((bytes) => {
          const transfer = new DataTransfer();
          transfer.items.add(new File([Uint8Array.from(bytes)], "TB-7F3K-9QMX.age"));
          document.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
        }, [...readFileSync(files["TB-7F3K-9QMX.age"])]);
      } else {
        const session = page.createCDPSession ? await page.createCDPSession() : page._client();
        const data = { items: [], files: [join(dir, "thư mục")], dragOperationsMask: 1 };
        for (const type of ["dragEnter", "dragOver", "drop"]) await session.send("Input.dispatchDragEvent", { type, x: 300, y: 300, data });
      }
      await until(page, () => /1 tin/.test(document.querySelector("#tipstatus").textContent));
      assert.deepEqual(await problems(page), {}); // the note beside it is no tip and no complaint
      if (name !== "firefox") assert.equal(await text(page, "#aside"), "Bỏ qua 1 tệp trong đó không thể là tin: ghi-chu.txt");
      if (name === "chrome") {
        await (await page.$("#pickfolder")).uploadFile(join(dir, "thư mục"));
        await until(page, () => /1 tin/.test(document.querySelector("#tipstatus").textContent)); // the same tip once
      }
      assert.equal(await page.$eval("#pickfolder", (e) => e.webkitdirectory), true);
      assert.deepEqual(page.errors, []);
    });
  });
}
