/* Reads the same still with each decoder and each way of looking; returns milliseconds and whether it was right. */

async ({ count, texts, base }) => {
  const vendored = `${base}/static/vendor/zxing-wasm-3.1.4`;
  const { prepareZXingModule, readBarcodes } = await import(`${vendored}/es/reader/index.js`);
  const { LOOKS, seen } = await import(`${base}/static/js/qr-reader.js`);
  await prepareZXingModule({ overrides: { locateFile: () => `${vendored}/zxing_reader.wasm` }, fireImmediately: true });
  const zxing = async (pixels) =>
    (await readBarcodes(pixels, { formats: ['QRCode'], maxNumberOfSymbols: 2 })).map((found) => found.text);
  const jsqr = async ({ data, width, height }) => [window.jsQR(data, width, height)?.data];
  const whole = [{ share: 1, scale: 1 }];
  const ways = {
    'zxing-wasm': [zxing, whole],
    'jsQR': [jsqr, whole],
    'zxing-wasm, three looks': [zxing, LOOKS],
    'jsQR, three looks': [jsqr, LOOKS],
  };
  const results = Object.fromEntries(Object.keys(ways).map((name) => [name, []]));
  for (let number = 0; number < count; number += 1) {
    const answer = await fetch(`${base}/bench/pictures/${number}.png`);
    const picture = await createImageBitmap(await answer.blob());
    for (const [name, [decode, looks]] of Object.entries(ways)) {
      const begin = performance.now();
      let right = false;
      for (const look of looks) {
        right ||= (await decode(seen(picture, picture.width, picture.height, look))).includes(texts[number]);
        if (right) break;
      }
      results[name].push({ right, ms: performance.now() - begin });
    }
  }
  return results;
}
