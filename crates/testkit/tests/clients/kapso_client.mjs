// A program on @kapso/whatsapp-cloud-api, unmodified: only the base URL is the sandbox's.
import assert from "node:assert";
import { WhatsAppClient } from "@kapso/whatsapp-cloud-api";
import { normalizeWebhook, verifySignature } from "@kapso/whatsapp-cloud-api/server";
import { Stage } from "./stage.mjs";

const stage = await Stage.start((body, signature) => {
  assert(
    verifySignature({
      appSecret: stage.line.app_secret,
      rawBody: body,
      signatureHeader: signature,
    }),
  );
  return normalizeWebhook(JSON.parse(body));
});
const { line, customer } = stage;
const client = new WhatsAppClient({ accessToken: line.token, baseUrl: line.base_url });
const to = { phoneNumberId: line.phone_number_id, to: customer };
const id = (answer) => answer.messages[0].id;
const message = (kind) => (update) => update.messages.find((one) => one.type === kind);
const status = (sent, name) =>
  stage.until((update) => update.statuses.find((one) => one.id === sent && one.status === name));

await assert.rejects(client.messages.sendText({ ...to, body: "Hi" }), (error) => {
  assert.equal(error.code, 131047);
  return true;
});
const template = { name: "hello_world", language: { code: "en_US" } };
await status(id(await client.messages.sendTemplate({ ...to, template })), "delivered");
await stage.says({ type: "text", text: { body: "Guten Morgen 👋" } });
const heard = await stage.until(message("text"));
assert.equal(heard.text.body, "Guten Morgen 👋");
await client.messages.markRead({ phoneNumberId: line.phone_number_id, messageId: heard.id });
await client.messages.sendReaction({ ...to, reaction: { messageId: heard.id, emoji: "👍" } });
const sent = id(await client.messages.sendText({ ...to, body: "Hello", contextMessageId: heard.id }));
await status(sent, "sent");
await status(sent, "delivered");
await stage.drive(`/customers/${customer}/read`, { message_id: sent });
await status(sent, "read");

const picture = Buffer.from("89504e470d0a1a0a00112233445566778899", "hex");
const uploaded = await client.media.upload({
  phoneNumberId: line.phone_number_id,
  type: "image/png",
  file: new Blob([picture], { type: "image/png" }),
  fileName: "a.png",
});
await status(id(await client.messages.sendImage({ ...to, image: { id: uploaded.id } })), "delivered");
const image = { data_base64: picture.toString("base64"), mime_type: "image/png" };
await stage.says({ type: "image", image });
const came = await stage.until(message("image"));
const bytes = await client.media.download({ mediaId: came.image.id });
assert.deepEqual(Buffer.from(bytes), picture);

const asked = id(
  await client.messages.sendInteractiveButtons({
    ...to,
    bodyText: "Well?",
    buttons: [{ id: "yes", title: "Yes" }, { id: "no", title: "No" }],
  }),
);
await status(asked, "delivered");
await stage.says({
  type: "interactive",
  context: { id: asked },
  interactive: { type: "button_reply", button_reply: { id: "yes", title: "Yes" } },
});
const tapped = await stage.until(
  (update) => update.messages.find((one) => one.interactive?.buttonReply?.id === "yes"),
);
assert.equal(tapped.context.id, asked);
const listed = id(
  await client.messages.sendInteractiveList({
    ...to,
    bodyText: "Which?",
    buttonText: "Choose",
    sections: [{ title: "Bread", rows: [{ id: "rye", title: "Rye", description: "Fresh" }] }],
  }),
);
await status(listed, "delivered");
await stage.says({
  type: "interactive",
  context: { id: listed },
  interactive: { type: "list_reply", list_reply: { id: "rye", title: "Rye" } },
});
await stage.until(
  (update) => update.messages.find((one) => one.interactive?.listReply?.description === "Fresh"),
);
await stage.says({ type: "reaction", reaction: { message_id: asked, emoji: "❤️" } });
await stage.until(message("reaction"));
console.log("ok");
process.exit(0);
