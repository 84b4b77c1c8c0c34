// A program on whatsapp 0.0.5-Alpha, unmodified. Host and port are fixed in it: it believes to speak with
// graph.facebook.com:443, whose certificate the firm's own authority has signed (NODE_EXTRA_CA_CERTS).
// What the firm's DNS and port forwarding do stands in `network.cjs`, which is loaded before.
import assert from "node:assert";
import WhatsApp from "whatsapp";

const line = JSON.parse(process.argv[2]);
const customer = line.customers[0].wa_id;
const client = new WhatsApp(Number(line.phone_number_id));
const answer = async (sent) => {
  const response = await sent;
  return { status: response.statusCode(), body: await response.responseBodyToJSON() };
};
const id = ({ status, body }) => {
  assert.equal(status, 200, JSON.stringify(body));
  return body.messages[0].id;
};
const drive = async (path, body) => {
  const said = await fetch(line.control_url + path, { method: "POST", body: JSON.stringify(body) });
  assert.equal(said.status, 200, await said.clone().text());
};
const until = async (find) => {
  for (let tries = 0; tries < 600; tries += 1) {
    const { webhooks } = await (await fetch(`${line.control_url}/webhooks`)).json();
    for (const { body } of webhooks) {
      const found = find(body.entry[0].changes[0].value);
      if (found) return found;
    }
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error("it never came");
};
const status = (sent, name) =>
  until((value) => value.statuses?.find((one) => one.id === sent && one.status === name));
const heard = (kind) => until((value) => value.messages?.find((one) => one.type === kind));

const early = await answer(client.messages.text({ body: "Hi" }, customer));
assert.equal(early.status, 400);
assert.equal(early.body.error.code, 131047);
const template = { name: "hello_world", language: { policy: "deterministic", code: "en_US" } };
await status(id(await answer(client.messages.template(template, customer))), "delivered");

const says = (message) => drive(`/customers/${customer}/messages`, message);
await says({ type: "text", text: { body: "Guten Morgen 👋" } });
const message = await heard("text");
assert.equal(message.text.body, "Guten Morgen 👋");
const read = await answer(client.messages.status({ status: "read", message_id: message.id }));
assert.deepEqual(read, { status: 200, body: { success: true } });
const sent = id(await answer(client.messages.text({ body: "Hello" }, customer, message.id)));
await status(sent, "sent");
await status(sent, "delivered");
await drive(`/customers/${customer}/read`, { message_id: sent });
await status(sent, "read");

const picture = "89504e470d0a1a0a00112233445566778899";
await says({
  type: "image",
  image: { data_base64: Buffer.from(picture, "hex").toString("base64"), mime_type: "image/png" },
});
const came = (await heard("image")).image;
const link = await fetch(`https://graph.facebook.com/v23.0/${came.id}`, {
  headers: { authorization: `Bearer ${line.token}` },
});
const { url } = await link.json();
assert.equal(Buffer.from(await (await fetch(url)).arrayBuffer()).toString("hex"), picture);

const interactive = {
  type: "button",
  body: { text: "Well?" },
  action: { buttons: [{ type: "reply", reply: { id: "yes", title: "Yes" } }] },
};
const asked = id(await answer(client.messages.interactive(interactive, customer)));
await status(asked, "delivered");
await says({
  type: "interactive",
  context: { id: asked },
  interactive: { type: "button_reply", button_reply: { id: "yes", title: "Yes" } },
});
assert.equal((await heard("interactive")).interactive.button_reply.id, "yes");
const list = {
  type: "list",
  body: { text: "Which?" },
  action: { button: "Choose", sections: [{ title: "Dark", rows: [{ id: "7", title: "Rye" }] }] },
};
await status(id(await answer(client.messages.interactive(list, customer))), "delivered");
const place = { latitude: 52.5, longitude: 13.4, name: "Shop", address: "Lindenweg 4" };
await status(id(await answer(client.messages.location(place, customer))), "delivered");
console.log("ok");
process.exit(0);
