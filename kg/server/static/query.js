// The query page: YASGUI in place of the plain form, asking this server only.
"use strict";

(() => {
  const place = document.getElementById("yasgui");
  const form = document.getElementById("plain-query");
  const text = document.getElementById("query").value;
  const endpoint = new URL("/sparql", window.location.href).href;
  if (typeof Yasgui === "undefined") return; // the plain form does

  place.hidden = false;
  form.hidden = true;
  const yasgui = new Yasgui(place, {
    requestConfig: { endpoint, method: "POST" },
    copyEndpointOnNewTab: false,
    persistenceId: null,
    endpointCatalogueOptions: { getData: () => [] },
    yasqe: { value: text },
  });
  const tab = yasgui.getTab();
  tab.setEndpoint(endpoint);
  tab.setQuery(text);
  place.dataset.ready = "true";

  // IRIs of the graph open here, whatever host they name.
  place.addEventListener("click", (event) => {
    const link = event.target.closest("a.iri");
    const base = place.dataset.base;
    if (!link || !link.getAttribute("href").startsWith(base)) return;
    event.preventDefault();
    window.open(`/id/${link.getAttribute("href").slice(base.length)}`, "_blank", "noopener");
  });
})();
