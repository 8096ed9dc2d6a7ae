// The only script of the house: it asks the browser for a passkey and puts the answer into a form, which is then sent like any other.
// It fetches nothing and writes no markup. Without it everything else works.
"use strict";

(() => {
  if (!window.PublicKeyCredential || !navigator.credentials) {
    for (const note of document.querySelectorAll("[data-absent]")) note.hidden = false;
    return;
  }

  const bytes = (text) =>
    Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
  const text = (buffer) =>
    buffer === null || buffer === undefined
      ? undefined
      : btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const keys = (list) => (list ?? []).map((key) => ({ ...key, id: bytes(key.id) }));

  // The names are WebAuthn's; binary values are base64url on the way, as in its JSON form.
  const create = async (publicKey) => {
    const made = await navigator.credentials.create({
      publicKey: {
        ...publicKey,
        challenge: bytes(publicKey.challenge),
        user: { ...publicKey.user, id: bytes(publicKey.user.id) },
        excludeCredentials: keys(publicKey.excludeCredentials),
      },
    });
    return {
      id: made.id,
      rawId: text(made.rawId),
      type: made.type,
      response: {
        attestationObject: text(made.response.attestationObject),
        clientDataJSON: text(made.response.clientDataJSON),
        transports: made.response.getTransports?.() ?? [],
      },
      extensions: made.getClientExtensionResults(),
    };
  };
  const use = async (publicKey) => {
    const used = await navigator.credentials.get({
      publicKey: { ...publicKey, challenge: bytes(publicKey.challenge), allowCredentials: keys(publicKey.allowCredentials) },
    });
    return {
      id: used.id,
      rawId: text(used.rawId),
      type: used.type,
      response: {
        authenticatorData: text(used.response.authenticatorData),
        clientDataJSON: text(used.response.clientDataJSON),
        signature: text(used.response.signature),
        userHandle: text(used.response.userHandle),
      },
      extensions: used.getClientExtensionResults(),
    };
  };

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const failed = form.querySelector("[data-failed]");
    const ask = async () => {
      failed.hidden = true;
      try {
        const request = JSON.parse(form.dataset.request);
        const answer = await (form.dataset.passkey === "create" ? create(request) : use(request));
        form.elements.passkey.value = JSON.stringify(answer);
        form.submit();
      } catch {
        failed.hidden = false;
      }
    };
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      ask();
    });
    ask();
  }
})();
