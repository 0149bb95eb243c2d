// Photos: scaled down before they are kept, so that a 40-megapixel one goes through a weak network and past the server's limit.

import * as store from "./store.js";

const LONGEST = 2000;

export async function smaller(file) {
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, LONGEST / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(bitmap.width * scale);
  canvas.height = Math.round(bitmap.height * scale);
  canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return new Promise((good, bad) => {
    canvas.toBlob((blob) => (blob ? good(blob) : bad(new Error("empty"))), "image/jpeg", 0.82);
  });
}

// A small picture of a kept one, drawn: the page's policy allows no blob: addresses.
async function thumbnail(blob, name) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 192;
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", name);
  const bitmap = await createImageBitmap(blob);
  const side = Math.min(bitmap.width, bitmap.height);
  canvas.getContext("2d").drawImage(bitmap, (bitmap.width - side) / 2, (bitmap.height - side) / 2, side, side, 0, 0, 192, 192);
  bitmap.close();
  return canvas;
}

export async function show(form, draftKey, words) {
  const place = form.querySelector("[data-photos]");
  if (!place) return;
  const mine = (await store.all("photos")).filter((photo) => photo.draft === draftKey);
  const items = await Promise.all(mine.map(async (photo) => {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-link";
    button.textContent = "✕";
    button.setAttribute("aria-label", words.sayRemove.replace("{name}", photo.name));
    button.addEventListener("click", async () => { await store.drop("photos", photo.id); await show(form, draftKey, words); });
    item.append(await thumbnail(photo.blob, photo.name), button);
    return item;
  }));
  place.replaceChildren(...items);
}

export async function take(input, form, draftKey, words, say) {
  for (const file of input.files) {
    try {
      const blob = await smaller(file);
      await store.put("photos", { draft: draftKey, name: file.name.replace(/\.\w+$/, "") + ".jpg", blob });
    } catch {
      say(words.sayPhoto.replace("{name}", file.name));
    }
  }
  input.value = "";
  await show(form, draftKey, words);
}
