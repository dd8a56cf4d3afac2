// Sliders for the base-rate page. Everything is computed here; nothing is sent anywhere.
document.addEventListener("DOMContentLoaded", function () {
  "use strict";
  const root = document.getElementById("base-rate-sliders");
  if (!root) return;

  const PEOPLE = 1000;
  const SVG = "http://www.w3.org/2000/svg";
  const SLIDERS = [
    { key: "prevalence", label: "Share of people who hold the opinion", min: 0, max: 0.2, step: 0.001 },
    { key: "sensitivity", label: "Share of holders whom the label finds", min: 0, max: 1, step: 0.01 },
    { key: "specificity", label: "Share of others whom the label leaves alone", min: 0, max: 1, step: 0.01 },
  ];

  function percent(share, digits) {
    return (100 * share).toFixed(digits) + "%";
  }

  function number(value) {
    return Number(value.toFixed(2)).toString();
  }

  function element(name, attributes, text) {
    const made = document.createElement(name);
    Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
    if (text) made.textContent = text;
    return made;
  }

  function slider(spec) {
    const id = "base-rate-" + spec.key;
    const row = element("div", { class: "slider-row" });
    const label = element("label", { for: id }, spec.label);
    const shown = element("output", { for: id, id: id + "-value" });
    const input = element("input", {
      type: "range", id: id, min: spec.min, max: spec.max, step: spec.step, value: root.dataset[spec.key],
    });
    row.append(label, input, shown);
    return { row, input, shown, digits: spec.step < 0.01 ? 1 : 0 };
  }

  // One dot per person: a filled circle, an open circle, a square, or a small grey dot.
  function dot(index, kind) {
    const x = (index % 40) * 10 + 5;
    const y = Math.floor(index / 40) * 10 + 5;
    const isSquare = kind === "wrong";
    const made = document.createElementNS(SVG, isSquare ? "rect" : "circle");
    const shape = isSquare
      ? { x: x - 3.4, y: y - 3.4, width: 6.8, height: 6.8 }
      : { cx: x, cy: y, r: kind === "rest" ? 1.8 : 3.6 };
    Object.entries(shape).forEach(([key, value]) => made.setAttribute(key, value));
    made.setAttribute("class", "dot-" + kind);
    return made;
  }

  function draw(grid, right, missed, wrong) {
    const dots = document.createDocumentFragment();
    for (let i = 0; i < PEOPLE; i += 1) {
      const kind = i < right ? "right" : i < right + missed ? "missed" : i < right + missed + wrong ? "wrong" : "rest";
      dots.append(dot(i, kind));
    }
    grid.replaceChildren(dots);
  }

  const controls = Object.fromEntries(SLIDERS.map((spec) => [spec.key, slider(spec)]));
  const form = element("form", { class: "slider-form", "aria-label": "Assumptions of the arithmetic" });
  SLIDERS.forEach((spec) => form.append(controls[spec.key].row));
  form.addEventListener("submit", (event) => event.preventDefault());

  const said = element("p", { class: "slider-said", id: "base-rate-said", "aria-live": "polite" });
  const grid = document.createElementNS(SVG, "svg");
  grid.setAttribute("viewBox", "0 0 400 250");
  grid.setAttribute("class", "slider-grid");
  grid.setAttribute("role", "img");
  const key = element("ul", { class: "slider-key" });
  [["right", "correctly labelled opinions"], ["missed", "holders without a label"], ["wrong", "wrong labels"], ["rest", "others without a label"]]
    .forEach(([kind, words]) => {
      const item = element("li", {});
      const mark = document.createElementNS(SVG, "svg");
      mark.setAttribute("viewBox", "0 0 10 10");
      mark.setAttribute("aria-hidden", "true");
      mark.append(dot(0, kind));
      item.append(mark, document.createTextNode(words));
      key.append(item);
    });

  function update() {
    const share = Object.fromEntries(SLIDERS.map((spec) => [spec.key, Number(controls[spec.key].input.value)]));
    SLIDERS.forEach((spec) => {
      const text = percent(share[spec.key], controls[spec.key].digits);
      controls[spec.key].shown.textContent = text;
      controls[spec.key].input.setAttribute("aria-valuetext", text);
    });
    const right = PEOPLE * share.prevalence * share.sensitivity;
    const wrong = PEOPLE * (1 - share.prevalence) * (1 - share.specificity);
    const labelled = right + wrong;
    const value = labelled > 0 ? "Of the labels, " + percent(right / labelled, 1) + " are right." : "Nobody is labelled.";
    said.textContent =
      "If these three shares were known, then among 1,000 people: " + number(right) + " correctly labelled opinions and " +
      number(wrong) + " wrong labels. " + value + " Even a share of 1.0 says nothing about danger or asylum.";
    const holders = Math.round(PEOPLE * share.prevalence);
    const drawnRight = Math.min(holders, Math.round(right));
    const drawnWrong = Math.min(PEOPLE - holders, Math.round(wrong));
    draw(grid, drawnRight, holders - drawnRight, drawnWrong);
    grid.setAttribute("aria-label", "1,000 dots: " + drawnRight + " correctly labelled opinions, " + drawnWrong + " wrong labels");
  }

  form.addEventListener("input", update);
  root.append(form, said, key, grid);
  update();
});
