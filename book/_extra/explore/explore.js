// The explorer: one released table at a time, filtered and sorted on this page. Grid.js draws the table.
(function () {
  "use strict";
  const PAGE = 25;

  function element(name, attributes, ...children) {
    const made = document.createElement(name);
    Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
    made.append(...children);
    return made;
  }

  // Tables come as scripts, so that they load from disk as they do from a server.
  function loaded(name) {
    return new Promise(function (resolve, reject) {
      const script = element("script", { src: `tables/${name}.js` });
      script.onload = () => { script.remove(); resolve(window.TABLE_DATA); };
      script.onerror = () => reject(new Error(name));
      document.head.append(script);
    });
  }

  function compared(a, b) {
    if (a === "" || b === "") return (a === "") - (b === "");
    const [x, y] = [Number(a), Number(b)];
    if (!Number.isNaN(x) && !Number.isNaN(y)) return x - y;
    return a < b ? -1 : a > b ? 1 : 0;
  }

  function csv(rows) {
    const cell = (text) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
    return rows.map((row) => row.map(cell).join(",")).join("\n") + "\n";
  }

  document.addEventListener("DOMContentLoaded", function () {
    const root = document.getElementById("table-explorer");
    if (!root || !window.gridjs) return;
    const choice = element("select", { id: "explorer-table" }, ...window.TABLES.map((one) => element("option", { value: one.name }, `${one.name}: ${one.title}`)));
    const filter = element("input", { id: "explorer-filter", type: "search", autocomplete: "off" });
    const said = element("p", { role: "status" });
    const button = element("button", { type: "button", class: "explorer-download" }, "Download what is seen");
    const place = element("div", {});
    root.append(
      element("p", {}, element("label", { for: "explorer-table" }, "Table "), choice),
      element("p", {}, element("label", { for: "explorer-filter" }, "Rows that hold "), filter, " ", button),
      said, place,
    );
    let table = { columns: [], rows: [] }, kept = [], grid = null;

    function draw() {
      const words = filter.value.trim().toLowerCase();
      kept = words ? table.rows.filter((row) => row.some((cell) => cell.toLowerCase().includes(words))) : table.rows;
      said.textContent = `${kept.length} of ${table.rows.length} rows.`;
      const options = {
        columns: table.columns.map((name) => ({ name, sort: { compare: compared } })),
        data: kept, sort: true, pagination: { limit: PAGE }, resizable: false,
      };
      if (grid) grid.destroy();
      place.replaceChildren();
      grid = new gridjs.Grid(options);
      grid.render(place);
    }

    // The order that is seen: the heading that was pressed last says column and direction.
    function ordered() {
      const heads = [...place.querySelectorAll("th.gridjs-th")];
      const column = heads.findIndex((head) => head.querySelector(".gridjs-sort-asc, .gridjs-sort-desc"));
      if (column < 0) return kept;
      const sign = heads[column].querySelector(".gridjs-sort-desc") ? -1 : 1;
      return [...kept].sort((a, b) => sign * compared(a[column], b[column]));
    }

    button.addEventListener("click", function () {
      const link = element("a", { download: `${choice.value}.csv`, href: URL.createObjectURL(new Blob([csv([table.columns, ...ordered()])], { type: "text/csv" })) });
      link.click();
      URL.revokeObjectURL(link.href);
    });
    filter.addEventListener("input", draw);
    async function chosen() {
      table = await loaded(choice.value);
      filter.value = "";
      draw();
    }
    choice.addEventListener("change", chosen);
    const asked = new URLSearchParams(window.location.search).get("table");
    if (window.TABLES.some((one) => one.name === asked)) choice.value = asked;
    chosen();
  });
})();
