// The search page. The words of the book are in data.js; MiniSearch finds them; nothing is sent anywhere.
(function () {
  "use strict";
  const SHOWN = 40, AROUND = 110;
  // Other words for what readers type. Left: as typed; right: what is looked for as well.
  const SYNONYMS = {
    "delete": "withdraw deleted",
    "gdpr": "privacy consent withdraw",
    "datenschutz": "privacy",
    "who paid": "funding",
    "contact": "maintainers issue tracker",
    "rds": "respondent-driven sampling",
    "mrp": "multilevel model weighting",
    "ict": "list experiment",
    "item count": "list experiment",
    "unmatched count": "list experiment",
    "rrt": "randomised response",
    "survey": "questionnaire",
    "kauser": "article",
    "download": "parquet csv bundle",
    "pdf": "printed edition",
    "judge": "decide cases",
    "percent": "percentage",
    "per cent": "percentage",
    "asylum": "C09 protection",
    "taleban": "taliban",
  };
  const LETTERS = { "ي": "ی", "ى": "ی", "ې": "ی", "ئ": "ی", "ك": "ک", "ة": "ه", "ۀ": "ه", "أ": "ا", "إ": "ا", "آ": "ا", "ؤ": "و" };
  const UNSEEN = /[\u200B-\u200F\u2066-\u2069\u0640\u064B-\u065F\u0670]/gu;

  // One spelling for the ways in which keyboards write a word; joins and marks that are not seen go.
  function folded(text) {
    return text.normalize("NFKC").toLowerCase().replace(UNSEEN, "").replace(/[ييىېئكةۀأإآؤ]/gu, (letter) => LETTERS[letter] || letter);
  }

  function term(word) {
    const one = folded(word).replace(/iz(e[ds]?|ing|ations?)$/, "is$1");
    return one.length > 1 ? one : null;
  }

  // Words break where the seen text does: a join that is not seen is no break.
  function words(text) {
    return text.replace(UNSEEN, "").split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  }

  function expanded(query) {
    const typed = folded(query).trim();
    const more = Object.keys(SYNONYMS).filter((key) => ` ${typed} `.includes(` ${key} `)).map((key) => SYNONYMS[key]);
    return more.join(" ");
  }

  // A share that somebody was shown, in the digits of any of the languages: what matters is whether it may be said.
  const SHARE = /[\d\u0660-\u0669\u06F0-\u06F9]\s*(?:[%\u066A]|per ?cent|prozent|فیصد|سلنه)/iu;

  function found(index, query) {
    const options = { prefix: (_, place, all) => place === all.length - 1, boost: { title: 3, heading: 4 }, combineWith: "AND" };
    if (SHARE.test(query)) return index.search("percentage shown", options);
    const asked = index.search(query, options);
    const more = expanded(query);
    const seen = new Set(asked.map((one) => one.id));
    const also = more ? index.search(more, { ...options, combineWith: "OR" }).filter((one) => !seen.has(one.id)) : [];
    const all = asked.concat(also);
    return all.length ? all : index.search(query, { ...options, combineWith: "OR" });
  }

  // Where the first of the words stands in a text, letter by letter, so that an excerpt shows the text as written.
  function excerpt(text, terms) {
    const low = folded(text);
    const place = terms.map((one) => low.indexOf(one)).filter((at) => at >= 0).sort((a, b) => a - b)[0] || 0;
    const start = Math.max(0, place - AROUND), end = Math.min(text.length, place + AROUND);
    return (start ? "… " : "") + text.slice(start, end) + (end < text.length ? " …" : "");
  }

  function marked(text, terms) {
    const holder = document.createElement("p");
    text.split(/(\s+)/).forEach((part) => {
      const low = folded(part);
      const hit = terms.some((one) => one.length > 1 && low.includes(one));
      const made = hit ? document.createElement("mark") : document.createTextNode(part);
      if (hit) made.textContent = part;
      holder.append(made);
    });
    return holder;
  }

  function shown(entry, terms) {
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = entry.id;
    link.textContent = entry.heading && entry.heading !== entry.title ? `${entry.title}: ${entry.heading}` : entry.title;
    item.append(link, marked(excerpt(entry.text, terms), terms));
    return item;
  }

  document.addEventListener("DOMContentLoaded", function () {
    const query = (new URLSearchParams(window.location.search).get("q") || "").trim();
    const list = document.getElementById("search-results"), said = document.getElementById("search-said");
    document.querySelectorAll("form.bd-search input[type=search]").forEach((field) => { field.value = query; });
    if (!query) return;
    const index = new MiniSearch({ fields: ["title", "heading", "text"], storeFields: ["title", "heading", "text"], tokenize: words, processTerm: term });
    index.addAll(window.SEARCH_DATA);
    const all = found(index, query), kept = all.slice(0, SHOWN);
    said.textContent = all.length
      ? `${all.length} place${all.length === 1 ? "" : "s"} found for “${query}”${all.length > SHOWN ? `, the first ${SHOWN} are shown` : ""}.`
      : `“${query}” did not match anything. Try another word, or the glossary.`;
    const asked = words(query + " " + expanded(query)).map(term).filter(Boolean);
    list.append(...kept.map((entry) => shown(entry, asked)));
  });
})();
