/** Loads the JSON that a page names, null where it is not there; the line may drop between the page and its data. */
export async function load(url, tries = 5) {
  try {
    const response = await fetch(url, { credentials: "omit" });
    return response.ok ? await response.json() : null;
  } catch (err) {
    if (tries <= 1) throw err;
    await new Promise((resolve) => setTimeout(resolve, 3000));
    return load(url, tries - 1);
  }
}
