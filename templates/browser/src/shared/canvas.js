// Photos through a canvas: what comes out is the picture and nothing else of
// the file that went in.
import { fit } from "./picture.js";

let honest; // the answer of canvasIsHonest, asked once a page

/**
 * Reports whether the canvas gives back what was drawn on it. Browsers that
 * resist fingerprinting (Tor) return noise instead, silently: a known pattern
 * of 16×16 pixels tells.
 */
export function canvasIsHonest() {
  if (honest === undefined) {
    const side = 16;
    const canvas = newCanvas(side, side);
    const context = canvas.getContext("2d");
    const drawn = context.createImageData(side, side);
    for (let i = 0; i < side * side; i++) {
      drawn.data.set([(i * 37) & 255, (i * 91) & 255, (i * 151) & 255, 255], 4 * i);
    }
    context.putImageData(drawn, 0, 0);
    const read = context.getImageData(0, 0, side, side).data;
    honest = drawn.data.every((value, i) => value === read[i]);
  }
  return honest;
}

/**
 * Decodes the image in the blob and resolves to an <img>; rejects where the
 * browser cannot. An <img> and not createImageBitmap, which up to Chrome 109
 * does not turn photos upright. The caller calls release(img) when done.
 */
export function loadImage(blob) {
  return new Promise((resolve, reject) => {
    const img = new Image();
    img.onload = () => resolve(img);
    img.onerror = () => {
      release(img);
      reject(new Error("image cannot be decoded"));
    };
    img.src = URL.createObjectURL(blob);
  });
}

/** Lets go of an image that loadImage gave. */
export function release(img) {
  URL.revokeObjectURL(img.src);
  img.removeAttribute("src");
}

/**
 * Draws the image, scaled so that its longer side is at most maxSide pixels, on
 * white, and returns {width, height, data}, data being opaque RGBA. turn is the
 * Exif orientation that the browser has not followed; see turnsPhotos. Throws
 * where nothing was drawn: a browser that has no memory for the picture draws
 * nothing, and says nothing.
 */
export function draw(img, maxSide, turn = 1) {
  const canvas = drawn(img, maxSide, turn);
  const { width, height } = canvas;
  const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
  free(canvas);
  let some = false;
  for (let i = 3; i < data.length; i += 4) {
    const alpha = data[i];
    some = some || alpha > 0;
    if (alpha === 255) continue;
    for (let c = i - 3; c < i; c++) data[c] = 255 - ((255 - data[c]) * alpha) / 255;
    data[i] = 255;
  }
  if (!some) throw new Error("nothing was drawn");
  return { width, height, data };
}

/**
 * Draws the image as draw does, and resolves to a JPEG blob as the browser
 * encodes it.
 */
export function encode(img, maxSide, quality) {
  const canvas = drawn(img, maxSide, 1);
  const context = canvas.getContext("2d");
  context.globalCompositeOperation = "destination-over"; // a JPEG has no transparency
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => {
      free(canvas);
      if (blob && blob.type === "image/jpeg") resolve(blob);
      else reject(new Error("canvas gave no JPEG"));
    }, "image/jpeg", quality);
  });
}

function drawn(img, maxSide, turn) {
  const [width, height] = fit(img.naturalWidth, img.naturalHeight, maxSide);
  const canvas = turn > 4 ? newCanvas(height, width) : newCanvas(width, height);
  const context = canvas.getContext("2d");
  context.transform(...matrices[turn](width, height));
  context.imageSmoothingQuality = "high";
  context.drawImage(img, 0, 0, width, height);
  context.setTransform(1, 0, 0, 1, 0, 0);
  return canvas;
}

// The pixels go now, not at the next collection.
function free(canvas) {
  canvas.width = canvas.height = 0;
}

/** Reports whether the browser turns photos upright by itself: Chrome does since 81. */
export function turnsPhotos() {
  return CSS.supports("image-orientation", "from-image");
}

// What each Exif orientation (1 to 8) asks for, as a canvas transform of a
// picture that is w wide and h high as stored.
const matrices = [
  null,
  () => [1, 0, 0, 1, 0, 0],
  (w) => [-1, 0, 0, 1, w, 0],
  (w, h) => [-1, 0, 0, -1, w, h],
  (w, h) => [1, 0, 0, -1, 0, h],
  () => [0, 1, 1, 0, 0, 0],
  (w, h) => [0, 1, -1, 0, h, 0],
  (w, h) => [0, -1, -1, 0, h, w],
  (w) => [0, -1, 1, 0, 0, w],
];

function newCanvas(width, height) {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  return canvas;
}
