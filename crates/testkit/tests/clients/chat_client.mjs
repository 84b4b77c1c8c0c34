// A program on chat and @chat-adapter/whatsapp, unmodified: only the base URL is the sandbox's.
import assert from "node:assert";
import { createMemoryState } from "@chat-adapter/state-memory";
import { createWhatsAppAdapter } from "@chat-adapter/whatsapp";
import { Actions, Button, Card, CardText, Chat } from "chat";
import { Stage } from "./stage.mjs";

let bot;
const waiting = [];
const stage = await Stage.start(async (body, _signature, headers) => {
  const request = new Request("http://x/hook", { method: "POST", body, headers });
  const tasks = [];
  const options = { waitUntil: (task) => tasks.push(task) };
  const answer = await bot.webhooks.whatsapp(request, options);
  assert.equal(answer.status, 200);
  await Promise.all(tasks);
  return JSON.parse(body).entry[0].changes[0].value;
});
const { line, customer } = stage;
const whatsapp = createWhatsAppAdapter({
  accessToken: line.token,
  apiUrl: line.base_url,
  appSecret: line.app_secret,
  phoneNumberId: line.phone_number_id,
  userName: "bot",
  verifyToken: "verify",
});
bot = new Chat({ userName: "bot", adapters: { whatsapp }, state: createMemoryState(), logger: "error" });
const happened = [];
const note = (kind) => async (...of) => {
  happened.push({ kind, of });
  waiting.splice(0).forEach((wake) => wake());
};
bot.onNewMention(async (thread, message) => {
  await thread.subscribe();
  await note("message")(thread, message);
});
bot.onSubscribedMessage(note("message"));
bot.onAction(note("action"));
bot.onReaction(note("reaction"));
await bot.initialize();

async function next(kind) {
  for (;;) {
    const place = happened.findIndex((one) => one.kind === kind);
    if (place >= 0) return happened.splice(place, 1)[0].of;
    await new Promise((wake, fail) => {
      const timer = setTimeout(() => fail(new Error(`no ${kind}`)), 30_000);
      waiting.push(() => (clearTimeout(timer), wake()));
    });
  }
}
const status = (id, name) =>
  stage.until((value) => value.statuses?.find((one) => one.id === id && one.status === name));

await stage.says({ type: "text", text: { body: "Guten Morgen 👋" } });
const [thread, heard] = await next("message");
assert.equal(heard.text, "Guten Morgen 👋");
const sent = await thread.post("Hello *you*");
await status(sent.id, "sent");
await status(sent.id, "delivered");
await stage.drive(`/customers/${customer}/read`, { message_id: sent.id });
await status(sent.id, "read");
await whatsapp.addReaction(thread.id, heard.id, "👍");

const picture = Buffer.from("89504e470d0a1a0a00112233445566778899", "hex");
const image = { data_base64: picture.toString("base64"), mime_type: "image/png" };
await stage.says({ type: "image", image });
const [, came] = await next("message");
assert.equal(came.attachments[0].mimeType, "image/png");
const file = await thread.post({
  markdown: "Fresh",
  files: [{ data: picture, filename: "a.png", mimeType: "image/png" }],
});
await status(file.id, "delivered");

const asked = await thread.post(
  Card({
    title: "Bread",
    children: [
      CardText("Which one?"),
      Actions([
        Button({ id: "bread", value: "rye", label: "Rye" }),
        Button({ id: "bread", value: "oat", label: "Oat" }),
      ]),
    ],
  }),
);
await status(asked.id, "delivered");
await stage.says({
  type: "interactive",
  context: { id: asked.id },
  interactive: { type: "button_reply", button_reply: { title: "Rye" } },
});
const [action] = await next("action");
assert.deepEqual([action.actionId, action.value], ["bread", "rye"]);
await stage.says({ type: "reaction", reaction: { message_id: asked.id, emoji: "👍" } });
const [reaction] = await next("reaction");
assert.equal(reaction.messageId, asked.id);

await stage.drive("/clock", { advance_seconds: 90_000 });
await assert.rejects(thread.post("Too late"), (error) => {
  assert.equal(error.errorCode, 131047);
  return true;
});
console.log("ok");
process.exit(0);
