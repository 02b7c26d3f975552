// Starts GraphiQL on the page's own endpoint. What the page has to say stands in data- attributes,
// so that the content security policy can forbid inline scripts.
(function () {
  'use strict';

  const place = document.getElementById('graphiql');
  const endpoint = new URL(place.dataset.endpoint, window.location.href);
  const examples = JSON.parse(place.dataset.examples);
  const hint = 'Bearer …';
  const headersHint = JSON.stringify({ Authorization: hint }, null, 2);

  // The headers pane belongs to one tab. A token pasted into one serves every tab that still shows
  // the hint; it is kept in memory alone and is gone when the page is.
  let lastAuthorization = '';
  function signed(headers) {
    const all = Object.assign({}, headers);
    for (const name of Object.keys(all)) {
      if (name.toLowerCase() !== 'authorization') {
        continue;
      }
      const value = String(all[name]).trim();
      if (value !== '' && value !== hint) {
        lastAuthorization = value;
      } else if (lastAuthorization !== '') {
        all[name] = lastAuthorization;
      } else {
        delete all[name];
      }
    }
    return all;
  }

  function isSubscription(documentAST, operationName) {
    if (!documentAST) {
      return false;
    }
    return documentAST.definitions.some(function (definition) {
      return definition.kind === 'OperationDefinition' && definition.operation === 'subscription' &&
        (!operationName || (definition.name && definition.name.value === operationName));
    });
  }

  // Each subscription has a socket of its own, opened with the token of that moment.
  function subscribe(params, headers) {
    const url = new URL(endpoint);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    return {
      subscribe: function (sink) {
        const client = graphqlWs.createClient({ url: url.href, connectionParams: headers, retryAttempts: 0 });
        const failed = function (error) {
          // A closed socket says why in its reason; an Error's message would be lost in JSON.
          sink.error(error && error.reason ? { message: error.reason, code: error.code } : error);
        };
        const stop = client.subscribe(params, {
          next: sink.next.bind(sink),
          error: failed,
          complete: sink.complete.bind(sink),
        });
        return { unsubscribe: function () { stop(); client.dispose(); } };
      },
    };
  }

  function fetcher(params, options) {
    const headers = signed(options && options.headers);
    if (isSubscription(options && options.documentAST, params.operationName)) {
      return subscribe(params, headers);
    }
    return fetch(endpoint, {
      method: 'POST',
      headers: Object.assign({}, headers, {
        'Content-Type': 'application/json',
        Accept: 'application/graphql-response+json, application/json',
      }),
      body: JSON.stringify(params),
    }).then(function (response) { return response.json(); });
  }

  // GraphiQL's history would keep the headers of every query, and with them the tokens.
  const storage = {
    get length() { return localStorage.length; },
    getItem: function (key) { return localStorage.getItem(key); },
    removeItem: function (key) { localStorage.removeItem(key); },
    clear: function () { localStorage.clear(); },
    setItem: function (key, value) {
      if (/:(queries|favorites)$/.test(key)) {
        value = JSON.stringify(JSON.parse(value), function (name, member) {
          return name === 'headers' ? undefined : member;
        });
      }
      localStorage.setItem(key, value);
    },
  };

  const tabs = examples.map(function (example) {
    return { query: example.query, variables: example.variables || '', headers: headersHint };
  });
  // GraphiQL takes the first tab's variables from its storage and not from the tab.
  if (tabs.length > 0 && !localStorage.getItem('graphiql:tabState')) {
    localStorage.setItem('graphiql:variables', tabs[0].variables);
  }
  const e = React.createElement;
  ReactDOM.createRoot(place).render(
    e(GraphiQL, {
      fetcher: fetcher,
      storage: storage,
      isHeadersEditorEnabled: true,
      defaultHeaders: headersHint,
      defaultEditorToolsVisibility: 'headers',
      defaultTabs: tabs.length > 0 ? tabs : undefined,
      shouldPersistHeaders: false,
      showPersistHeadersSettings: false,
    }, e(GraphiQL.Logo, null, place.dataset.title)),
  );
})();
