// Goes through every operation of TaskRouter's REST API with Twilio's own npm package, against the server of the
// arguments: BASE_URL ACCOUNT_SID AUTH_TOKEN CALLBACK_URL. Prints one JSON object: the checks made, and all exchanges.
"use strict";
const twilio = require("twilio");
const RequestClient = require("twilio/lib/base/RequestClient").default || require("twilio/lib/base/RequestClient");

const [base, account, token, callbackUrl] = process.argv.slice(2);
const checks = [];
const exchanges = [];
const origins = new Set();

// The package as it is, but for the host, and with a record of what went over the wire.
class Redirected extends RequestClient {
  async request(options) {
    const url = new URL(options.uri);
    origins.add(url.origin);
    const answer = await super.request({ ...options, uri: base + url.pathname + url.search });
    const query = new URLSearchParams(Object.entries(options.params || {})).toString();
    exchanges.push({
      method: options.method.toUpperCase(),
      target: url.pathname + (url.search || (query && "?" + query)),
      status: answer.statusCode,
      headers: Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [name.toLowerCase(), [].concat(value)])),
      body: typeof answer.body === "string" ? answer.body : answer.body === undefined ? "" : JSON.stringify(answer.body),
    });
    return answer;
  }
}

const client = (password) => twilio(account, password, { httpClient: new Redirected() }).taskrouter.v1;
const api = client(token);

const check = (name, ok, got) => checks.push({ name, ok: Boolean(ok), got: got === undefined ? "" : JSON.stringify(got) });
const same = (name, got, wanted) => check(name, JSON.stringify(got) === JSON.stringify(wanted), got);
const names = (list) => list.map((item) => item.friendlyName);

async function refused(name, promise, status, code) {
  try {
    const value = await promise;
    check(name, false, value);
  } catch (error) {
    const { message, moreInfo } = error;
    check(name, error.status === status && error.code === code && message
      && moreInfo === `https://www.twilio.com/docs/errors/${code}`, { status: error.status, code: error.code, message, moreInfo });
  }
}

async function until(read, wanted) {
  for (let tries = 0; ; tries++) {
    const seen = await read();
    if (wanted(seen) || tries > 100) return seen;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function collect(list, options) {
  const items = [];
  await new Promise((resolve, reject) =>
    list.each({ ...options, callback: (item) => items.push(item), done: (error) => (error ? reject(error) : resolve()) }));
  return items;
}

async function workspaces() {
  const list = api.workspaces;
  const made = await list.create({ friendlyName: "Client", eventCallbackUrl: callbackUrl, eventsFilter: "task.created, task.deleted",
    multiTaskEnabled: true, template: "FIFO", prioritizeQueueOrder: "FIFO" });
  check("workspace: sid", /^WS[0-9a-f]{32}$/.test(made.sid), made.sid);
  same("workspace: account", made.accountSid, account);
  same("workspace: defaults", [made.friendlyName, made.multiTaskEnabled, made.prioritizeQueueOrder, made.eventCallbackUrl,
    made.defaultActivityName, made.timeoutActivityName], ["Client", true, "FIFO", callbackUrl, "Offline", "Offline"]);
  check("workspace: dates", made.dateCreated instanceof Date && Date.now() - made.dateCreated < 60000, made.dateCreated);
  const seen = await list(made.sid).fetch();
  same("workspace: fetched as created", seen.toJSON(), made.toJSON());
  const available = (await list(made.sid).activities.list({ friendlyName: "Available" }))[0];
  const updated = await list(made.sid).update({ friendlyName: "Client 2", prioritizeQueueOrder: "LIFO",
    timeoutActivitySid: available.sid, defaultActivitySid: available.sid, eventsFilter: "task.created" });
  same("workspace: updated", [updated.friendlyName, updated.prioritizeQueueOrder, updated.timeoutActivityName,
    updated.defaultActivityName, updated.eventsFilter], ["Client 2", "LIFO", "Available", "Available", "task.created"]);
  for (const name of ["Other 1", "Other 2"]) await list.create({ friendlyName: name, eventCallbackUrl: callbackUrl });
  same("workspace: list", names(await list.list()), ["Client 2", "Other 1", "Other 2"]);
  same("workspace: by name", names(await list.list({ friendlyName: "Other 1" })), ["Other 1"]);
  same("workspace: limit", names(await list.list({ limit: 2, pageSize: 1 })), ["Client 2", "Other 1"]);
  same("workspace: page by page", names(await collect(list, { pageSize: 1 })), ["Client 2", "Other 1", "Other 2"]);
  const other = (await list.list({ friendlyName: "Other 2" }))[0];
  same("workspace: removed", await other.remove(), true);
  await refused("workspace: gone", list(other.sid).fetch(), 404, 20404);
  await refused("workspace: removed again", list(other.sid).remove(), 404, 20404);
  await refused("workspace: no name", list.create({ friendlyName: "" }), 400, 20001);
  return list(made.sid);
}

async function paging(workspace) {
  for (let number = 1; number <= 7; number++) await workspace.activities.create({ friendlyName: `A${number}`, available: "true" });
  const all = ["Offline", "Available", "Unavailable", "A1", "A2", "A3", "A4", "A5", "A6", "A7"];
  const first = await workspace.activities.page({ pageSize: 4 });
  same("paging: first page", names(first.instances), all.slice(0, 4));
  same("paging: nothing before it", first.previousPageUrl, undefined);
  const second = await first.nextPage();
  const third = await second.nextPage();
  same("paging: second page", names(second.instances), all.slice(4, 8));
  same("paging: last page", names(third.instances), all.slice(8));
  same("paging: nothing after it", [third.nextPageUrl, third.nextPage()], [undefined, undefined]);
  same("paging: back", names((await third.previousPage()).instances), all.slice(4, 8));
  same("paging: back to the first", names((await (await third.previousPage()).previousPage()).instances), all.slice(0, 4));
  same("paging: by URL", names((await workspace.activities.getPage(first.nextPageUrl)).instances), all.slice(4, 8));
  same("paging: all", names(await workspace.activities.list({ pageSize: 3 })), all);
  same("paging: each", names(await collect(workspace.activities, { pageSize: 2, limit: 5 })), all.slice(0, 5));
  const filtered = await workspace.activities.page({ available: "true", pageSize: 6 });
  same("paging: the filter stays", names((await filtered.nextPage()).instances), all.slice(8));
  await refused("paging: page size 0", workspace.activities.page({ pageSize: 0 }), 400, 20001);
}

async function activities(workspace) {
  const made = await workspace.activities.create({ friendlyName: "Lunch", available: "false" });
  same("activity: created", [made.friendlyName, made.available, made.workspaceSid], ["Lunch", false, workspace._solution.sid]);
  same("activity: fetched", (await workspace.activities(made.sid).fetch()).toJSON(), made.toJSON());
  same("activity: updated", (await made.update({ friendlyName: "Dinner" })).friendlyName, "Dinner");
  same("activity: removed", await workspace.activities(made.sid).remove(), true);
  await refused("activity: gone", workspace.activities(made.sid).fetch(), 404, 20404);
  await refused("activity: gone for updates", workspace.activities(made.sid).update({ friendlyName: "x" }), 404, 20404);
}

async function channels(workspace) {
  const made = await workspace.taskChannels.create({ friendlyName: "Letters", uniqueName: "letters", channelOptimizedRouting: true });
  same("channel: created", [made.friendlyName, made.uniqueName, made.channelOptimizedRouting], ["Letters", "letters", true]);
  same("channel: by unique name", (await workspace.taskChannels("letters").fetch()).sid, made.sid);
  same("channel: by sid", (await workspace.taskChannels(made.sid).fetch()).toJSON(), made.toJSON());
  const updated = await workspace.taskChannels("letters").update({ friendlyName: "Post", channelOptimizedRouting: false });
  same("channel: updated", [updated.friendlyName, updated.uniqueName, updated.channelOptimizedRouting], ["Post", "letters", false]);
  same("channel: list", (await workspace.taskChannels.list({ pageSize: 2 })).map((item) => item.uniqueName).sort(),
    ["chat", "default", "letters", "sms", "video", "voice"]);
  same("channel: removed", await workspace.taskChannels("letters").remove(), true);
  await refused("channel: gone", workspace.taskChannels("letters").fetch(), 404, 20404);
}

async function queues(workspace) {
  const [offline, available] = await workspace.activities.list({ limit: 2 });
  const made = await workspace.taskQueues.create({ friendlyName: "Spanish", targetWorkers: 'languages HAS "es"',
    maxReservedWorkers: 2, taskOrder: "LIFO", reservationActivitySid: offline.sid, assignmentActivitySid: available.sid });
  same("queue: created", [made.friendlyName, made.targetWorkers, made.maxReservedWorkers, made.taskOrder,
    made.reservationActivityName, made.assignmentActivitySid],
  ["Spanish", 'languages HAS "es"', 2, "LIFO", "Offline", available.sid]);
  same("queue: fetched", (await workspace.taskQueues(made.sid).fetch()).toJSON(), made.toJSON());
  const updated = await workspace.taskQueues(made.sid).update({ friendlyName: "Spanish only", maxReservedWorkers: 1, taskOrder: "FIFO" });
  same("queue: updated", [updated.friendlyName, updated.maxReservedWorkers, updated.taskOrder, updated.targetWorkers],
    ["Spanish only", 1, "FIFO", 'languages HAS "es"']);
  const english = await workspace.taskQueues.create({ friendlyName: "English", targetWorkers: 'languages HAS "en"' });
  same("queue: list", names(await workspace.taskQueues.list({ pageSize: 2 })), ["Sample Queue", "Spanish only", "English"]);
  same("queue: by name", names(await workspace.taskQueues.list({ friendlyName: "English" })), ["English"]);
  same("queue: by attributes", names(await workspace.taskQueues.list({ evaluateWorkerAttributes: '{"languages":["en"]}' })),
    ["Sample Queue", "English"]);
  same("queue: ordered", names(await workspace.taskQueues.list({ ordering: "DateUpdated:desc" })).length, 3);
  await refused("queue: bad expression", workspace.taskQueues.create({ friendlyName: "x", targetWorkers: "skill-level > 3" }), 400, 20001);
  same("queue: removed", await english.remove(), true);
  await refused("queue: gone", workspace.taskQueues(english.sid).fetch(), 404, 20404);
  return made;
}

async function workflows(workspace, queue) {
  const configuration = JSON.stringify({ task_routing: { filters: [{ filter_friendly_name: "es", expression: 'lang == "es"',
    targets: [{ queue: queue.sid, priority: 3 }] }], default_filter: { queue: queue.sid } } });
  const made = await workspace.workflows.create({ friendlyName: "Main", configuration, taskReservationTimeout: 60,
    assignmentCallbackUrl: callbackUrl, fallbackAssignmentCallbackUrl: callbackUrl });
  same("workflow: created", [made.friendlyName, made.configuration, made.taskReservationTimeout, made.assignmentCallbackUrl,
    made.fallbackAssignmentCallbackUrl], ["Main", configuration, 60, callbackUrl, callbackUrl]);
  same("workflow: fetched", (await workspace.workflows(made.sid).fetch()).toJSON(), made.toJSON());
  const updated = await workspace.workflows(made.sid).update({ friendlyName: "Main 2", taskReservationTimeout: 90,
    assignmentCallbackUrl: "", fallbackAssignmentCallbackUrl: "", reEvaluateTasks: "true" });
  same("workflow: updated", [updated.friendlyName, updated.taskReservationTimeout, updated.configuration],
    ["Main 2", 90, configuration]);
  check("workflow: its callback is gone", !updated.assignmentCallbackUrl, updated.assignmentCallbackUrl);
  const second = await workspace.workflows.create({ friendlyName: "Second", configuration });
  same("workflow: list", names(await workspace.workflows.list({ pageSize: 2 })), ["Default Fifo Workflow", "Main 2", "Second"]);
  same("workflow: by name", names(await workspace.workflows.list({ friendlyName: "Second" })), ["Second"]);
  await refused("workflow: bad JSON", workspace.workflows.create({ friendlyName: "x", configuration: "{" }), 400, 20001);
  same("workflow: removed", await second.remove(), true);
  await refused("workflow: gone", workspace.workflows(second.sid).fetch(), 404, 20404);
  return made;
}

async function workers(workspace) {
  const activity = Object.fromEntries((await workspace.activities.list()).map((item) => [item.friendlyName, item.sid]));
  const made = await workspace.workers.create({ friendlyName: "Alice", attributes: '{"languages":["en","es"]}', activitySid: activity.Offline });
  same("worker: created", [made.friendlyName, made.attributes, made.activityName, made.available],
    ["Alice", '{"languages":["en","es"]}', "Offline", false]);
  check("worker: date of its status", made.dateStatusChanged instanceof Date, made.dateStatusChanged);
  const { body, headers } = await workspace.workers(made.sid).fetchWithHttpInfo();
  same("worker: fetched", body.toJSON(), made.toJSON());
  const version = String(headers.etag).replace(/"/g, "");
  same("worker: ETag", version, "0");
  await refused("worker: wrong ifMatch", made.update({ ifMatch: "7", attributes: "{}" }), 412, 20412);
  const updated = await made.update({ ifMatch: version, friendlyName: "Alice B", attributes: '{"languages":["es"],"n":1.5}' });
  same("worker: updated", [updated.friendlyName, updated.attributes], ["Alice B", '{"languages":["es"],"n":1.5}']);
  await refused("worker: same name", workspace.workers.create({ friendlyName: "alice b" }), 400, 20001);
  const bob = await workspace.workers.create({ friendlyName: "Bob", activitySid: activity.Unavailable });
  same("worker: list", names(await workspace.workers.list({ pageSize: 1 })), ["Alice B", "Bob"]);
  for (const [name, filter] of Object.entries({ friendlyName: "Bob", activityName: "Unavailable", activitySid: activity.Unavailable,
    targetWorkersExpression: 'friendly_name == "Bob"' })) {
    same(`worker: by ${name}`, names(await workspace.workers.list({ [name]: filter })), ["Bob"]);
  }
  same("worker: by taskQueueName", names(await workspace.workers.list({ taskQueueName: "Spanish only" })), ["Alice B"]);
  same("worker: by available", names(await workspace.workers.list({ available: "true" })), []);
  await refused("worker: removed with a wrong ifMatch", bob.remove({ ifMatch: "5" }), 412, 20412);
  same("worker: removed", await bob.remove({ ifMatch: "0" }), true);
  await refused("worker: gone", workspace.workers(bob.sid).fetch(), 404, 20404);
  await refused("worker: pending ones rejected when available",
    made.update({ activitySid: activity.Available, rejectPendingReservations: true }), 400, 20001);
  return { alice: made, activity };
}

async function workerChannels(workspace, alice) {
  const list = workspace.workers(alice.sid).workerChannels;
  same("worker channel: list", (await list.list({ pageSize: 2 })).map((item) => item.taskChannelUniqueName).sort(),
    ["chat", "default", "sms", "video", "voice"]);
  const seen = await list("default").fetch();
  same("worker channel: preset", [seen.configuredCapacity, seen.available, seen.assignedTasks, seen.availableCapacityPercentage],
    [1, true, 0, 100]);
  const updated = await list(seen.sid).update({ capacity: 3, available: true });
  same("worker channel: updated", [updated.sid, updated.configuredCapacity], [seen.sid, 3]);
  await refused("worker channel: too much capacity", list("default").update({ capacity: 51 }), 400, 20001);
}

async function tasks(workspace, workflow) {
  const start = new Date("2020-01-02T03:04:05Z");
  const made = await workspace.tasks.create({ workflowSid: workflow.sid, attributes: '{"lang":"es","é":"ü"}', priority: 7,
    timeout: 600, taskChannel: "default", virtualStartTime: start });
  same("task: created", [made.assignmentStatus, made.attributes, made.priority, made.timeout, made.reason, made.addons,
    made.taskChannelUniqueName, made.taskQueueFriendlyName, made.workflowFriendlyName, made.virtualStartTime],
  ["pending", '{"lang":"es","é":"ü"}', 3, 600, null, "{}", "default", "Spanish only", "Main 2", start]);
  const { body, headers } = await workspace.tasks(made.sid).fetchWithHttpInfo();
  same("task: fetched", body.sid, made.sid);
  const version = String(headers.etag).replace(/"/g, "");
  check("task: ETag", /^\d+$/.test(version), headers.etag);
  await refused("task: wrong ifMatch", made.update({ ifMatch: "999", attributes: "{}" }), 412, 20412);
  const updated = await made.update({ ifMatch: version, attributes: '{"lang":"fr"}', priority: 9, virtualStartTime: start });
  same("task: updated", [updated.attributes, updated.priority, updated.age >= 0], ['{"lang":"fr"}', 9, true]);
  const second = await workspace.tasks.create({ workflowSid: workflow.sid, attributes: '{"lang":"es"}' });
  const sids = (list) => list.map((item) => item.sid);
  for (const [name, value] of Object.entries({ priority: 9, evaluateTaskAttributes: 'lang == "fr"' })) {
    same(`task: by ${name}`, sids(await workspace.tasks.list({ [name]: value })), [made.sid]);
  }
  for (const [name, value] of Object.entries({ assignmentStatus: ["pending", "reserved"], workflowSid: workflow.sid,
    workflowName: "Main 2", taskQueueSid: updated.taskQueueSid, taskQueueName: "Spanish only", ordering: "DateCreated:asc",
    hasAddons: false })) {
    same(`task: by ${name}`, sids(await workspace.tasks.list({ [name]: value, pageSize: 1 })), [made.sid, second.sid]);
  }
  same("task: ordered", sids(await workspace.tasks.list({ ordering: "Priority:asc" })), [second.sid, made.sid]);
  const canceled = await second.update({ assignmentStatus: "canceled", reason: "no longer" });
  same("task: canceled", [canceled.assignmentStatus, canceled.reason], ["canceled", "no longer"]);
  await refused("task: removed with a wrong ifMatch", second.remove({ ifMatch: "999" }), 412, 20412);
  same("task: removed", await second.remove(), true);
  await refused("task: gone", workspace.tasks(second.sid).fetch(), 404, 20404);
  await refused("task: no JSON", workspace.tasks.create({ workflowSid: workflow.sid, attributes: "{" }), 400, 20001);
  await refused("task: set to reserved", made.update({ assignmentStatus: "reserved" }), 400, 20001);
  return made;
}

async function reservations(workspace, task, alice, activity, workflow) {
  const moved = await workspace.workers(alice.sid).update({ activitySid: activity.Available });
  same("reservation: Alice is available", [moved.activityName, moved.available], ["Available", true]);
  const ofTask = workspace.tasks(task.sid).reservations;
  const ofWorker = workspace.workers(alice.sid).reservations;
  const [pending] = await until(() => ofTask.list(), (list) => list.length === 1);
  same("reservation: made", [pending.reservationStatus, pending.workerName, pending.workerSid, pending.taskSid],
    ["pending", "Alice B", alice.sid, task.sid]);
  same("reservation: by status", (await ofTask.list({ reservationStatus: "pending", workerSid: alice.sid })).map((item) => item.sid), [pending.sid]);
  same("reservation: by another status", (await ofWorker.list({ reservationStatus: "accepted" })).length, 0);
  same("reservation: fetched", (await ofTask(pending.sid).fetch()).toJSON(), pending.toJSON());
  const [seen] = await ofWorker.list({ pageSize: 1 });
  same("reservation: the worker's", [seen.sid, seen.taskSid], [pending.sid, task.sid]);
  same("reservation: its own URL", [seen.url.includes(`/Workers/${alice.sid}/Reservations/${seen.sid}`),
    pending.url.includes(`/Tasks/${task.sid}/Reservations/${seen.sid}`)], [true, true]);
  await refused("reservation: wrong ifMatch", ofTask(pending.sid).update({ ifMatch: "99", reservationStatus: "accepted" }), 412, 20412);
  await refused("reservation: set to canceled", ofTask(pending.sid).update({ reservationStatus: "canceled" }), 400, 20001);
  const rejected = await ofWorker(pending.sid).update({ reservationStatus: "rejected", workerActivitySid: activity.Offline });
  same("reservation: rejected", rejected.reservationStatus, "rejected");
  same("reservation: and Alice moved", (await workspace.workers(alice.sid).fetch()).activityName, "Offline");
  await workspace.workers(alice.sid).update({ activitySid: activity.Available });
  const [, next] = await until(() => ofTask.list(), (list) => list.length === 2);
  const accepted = await ofTask(next.sid).update({ instruction: "accept" });
  same("reservation: accepted", [accepted.reservationStatus, accepted.workerName], ["accepted", "Alice B"]);
  await refused("reservation: accepted again", ofTask(next.sid).update({ reservationStatus: "accepted" }), 400, 20001);
  same("reservation: the task is assigned", (await workspace.tasks(task.sid).fetch()).assignmentStatus, "assigned");
  same("reservation: the channel counts", (await workspace.workers(alice.sid).workerChannels("default").fetch()).assignedTasks, 1);
  await refused("reservation: cancel an assigned task", workspace.tasks(task.sid).update({ assignmentStatus: "canceled" }), 400, 20001);
  same("reservation: wrapping", (await ofWorker(next.sid).update({ reservationStatus: "wrapping" })).reservationStatus, "wrapping");
  same("reservation: the task is wrapping", (await workspace.tasks(task.sid).fetch()).assignmentStatus, "wrapping");
  same("reservation: completed", (await ofTask(next.sid).update({ reservationStatus: "completed" })).reservationStatus, "completed");
  const done = await workspace.tasks(task.sid).fetch();
  same("reservation: the task is completed", [done.assignmentStatus, done.reason], ["completed", "All reservations were completed"]);
  const calls = await workspace.tasks.create({ workflowSid: workflow.sid, attributes: '{"lang":"es"}' });
  const [third] = await until(() => workspace.tasks(calls.sid).reservations.list(), (list) => list.length === 1);
  const called = await workspace.tasks(calls.sid).reservations(third.sid).update({ instruction: "call", callFrom: "+15005550006",
    callTo: "client:alice", callUrl: "https://example.com/twiml", callAccept: true, callTimeout: 20 });
  check("reservation: called", /^(pending|accepted)$/.test(called.reservationStatus), called.reservationStatus);
  const assigned = await until(() => workspace.tasks(calls.sid).fetch(), (seenTask) => seenTask.assignmentStatus === "assigned");
  same("reservation: the call accepts", assigned.assignmentStatus, "assigned");
  check("reservation: the task knows the call", /^CA[0-9a-f]{32}$/.test(JSON.parse(assigned.attributes).worker_call_sid), assigned.attributes);
  same("reservation: completed with its task", (await workspace.tasks(calls.sid).update({ assignmentStatus: "completed", reason: "fine" })).reason, "fine");
  same("reservation: ... it too", (await workspace.workers(alice.sid).reservations(third.sid).fetch()).reservationStatus, "completed");
}

async function events(workspace, task, alice) {
  const of = await workspace.events.list({ taskSid: task.sid, pageSize: 3 });
  const types = of.map((event) => event.eventType);
  check("event: those of a task", ["task.created", "reservation.created", "reservation.accepted", "task.completed"].every((type) => types.includes(type)), types);
  const created = of.find((event) => event.eventType === "task.created");
  const seen = await workspace.events(created.sid).fetch();
  same("event: fetched", seen.toJSON(), created.toJSON());
  same("event: its data", [seen.eventData.task_sid, seen.eventData.workspace_sid, seen.resourceType, seen.resourceSid],
    [task.sid, workspace._solution.sid, "task", task.sid]);
  check("event: its dates", seen.eventDate instanceof Date && Math.abs(seen.eventDateMs - seen.eventDate) < 1000, [seen.eventDate, seen.eventDateMs]);
  for (const filter of [{ eventType: "worker.created" }, { workerSid: alice.sid }, { minutes: 5 }, { sid: created.sid },
    { startDate: new Date(Date.now() - 3600000) }, { workflowSid: created.eventData.workflow_sid },
    { startDate: new Date(Date.now() - 3600000), endDate: new Date(Date.now() + 60000) }, { taskChannel: "default" }]) {
    const list = await workspace.events.list({ ...filter, limit: 50 });
    check(`event: by ${Object.keys(filter)}`, list.length > 0, list.length);
  }
  await refused("event: unknown", workspace.events("EV" + "0".repeat(32)).fetch(), 404, 20404);
}

// What happened above, as it is counted: three Reservations of Alice, one rejected and two accepted, and one Task canceled.
async function statistics(workspace, queue, workflow, alice) {
  const taskQueue = workspace.taskQueues(queue.sid);
  const flow = workspace.workflows(workflow.sid);
  const of = (seen) => [seen.reservationsCreated, seen.reservationsAccepted, seen.reservationsRejected, seen.tasksEntered ?? seen.tasksCreated,
    seen.tasksCompleted, seen.tasksCanceled];
  const inParts = ({ cumulative: seen }) => [seen.reservations_created, seen.reservations_accepted, seen.reservations_rejected,
    seen.tasks_entered ?? seen.tasks_created, seen.tasks_completed, seen.tasks_canceled];
  const span = { startDate: new Date(Date.now() - 3600000), endDate: new Date(), splitByWaitTime: "5,1000", taskChannel: "default" };
  const now = { taskChannel: "default" };
  for (const [name, resource] of Object.entries({ workspace, queue: taskQueue, workflow: flow })) {
    const cumulative = await resource.cumulativeStatistics().fetch(span);
    same(`statistics: ${name}, cumulative`, of(cumulative), [3, 2, 1, 3, 2, 1]);
    check(`statistics: ${name}, dates`, cumulative.endTime - cumulative.startTime === 3600000, [cumulative.startTime, cumulative.endTime]);
    same(`statistics: ${name}, thresholds`, Object.entries(cumulative.splitByWaitTime).map(([seconds, { above, below }]) =>
      [seconds, above.tasks_canceled + below.tasks_canceled, above.reservations_accepted + below.reservations_accepted]),
    [["5", 1, 2], ["1000", 1, 2]]);
    const realTime = await resource.realTimeStatistics().fetch(now);
    same(`statistics: ${name}, now`, [realTime.totalTasks, realTime.tasksByStatus.pending, realTime.longestTaskWaitingSid], [0, 0, null]);
    const both = await resource.statistics().fetch({ minutes: 60, taskChannel: "default", splitByWaitTime: "5" });
    same(`statistics: ${name}, both`, [inParts(both), both.realtime.total_tasks], [[3, 2, 1, 3, 2, 1], 0]);
  }
  await refused("statistics: no such Task Channel", workspace.statistics().fetch({ taskChannel: "fax" }), 400, 20001);
  await refused("statistics: too old", workspace.cumulativeStatistics().fetch({ startDate: new Date(0) }), 400, 14241);

  const all = await workspace.workers.statistics().fetch({ minutes: 60, taskQueueSid: queue.sid, taskQueueName: queue.friendlyName,
    friendlyName: "Alice B", taskChannel: "default" });
  same("statistics: workers", [all.cumulative.reservations_accepted, all.realtime.total_workers], [2, 1]);
  const past = await workspace.workers.cumulativeStatistics().fetch({ minutes: 60, taskChannel: "default" });
  check("statistics: workers, cumulative", past.reservationsAccepted === 2 && past.activityDurations.length > 3
    && past.activityDurations.every(({ avg, min, max, total }) => [avg, min, max, total].every(Number.isInteger)), past);
  const staff = await workspace.workers.realTimeStatistics().fetch(now);
  same("statistics: workers, now", [staff.totalWorkers, staff.activityStatistics.find((item) => item.workers).friendly_name], [1, "Available"]);
  const one = await workspace.workers(alice.sid).statistics().fetch({ minutes: 60, taskChannel: "default" });
  same("statistics: a worker", [one.workerSid, one.cumulative.reservations_accepted], [alice.sid, 2]);

  const page = await workspace.taskQueues.statistics.list({ minutes: 60, friendlyName: queue.friendlyName, taskChannel: "default", pageSize: 1 });
  same("statistics: queues", page.map((item) => [item.taskQueueSid, item.cumulative.reservations_accepted]), [[queue.sid, 2]]);
  same("statistics: queues, page by page", (await workspace.taskQueues.statistics.list({ pageSize: 1 })).length, 2);
  const bulk = await workspace.taskQueues.bulkRealTimeStatistics.create({ queueSids: [queue.sid, "WQ" + "0".repeat(32)] });
  same("statistics: some queues", [bulk.taskQueueResponseCount, bulk.taskQueueData.map((item) => [item.task_queue_sid, item.total_eligible_workers])],
    [2, [[queue.sid, 1], ["WQ" + "0".repeat(32), 0]]]);
  await refused("statistics: no queues", workspace.taskQueues.bulkRealTimeStatistics.create({ queueSids: [] }), 400, 20001);
}

async function main() {
  await refused("a wrong token", client("wrong").workspaces.list(), 401, 20003);
  const workspace = await workspaces();
  await paging(workspace);
  await activities(workspace);
  await channels(workspace);
  const queue = await queues(workspace);
  const workflow = await workflows(workspace, queue);
  const { alice, activity } = await workers(workspace);
  await workerChannels(workspace, alice);
  const task = await tasks(workspace, workflow);
  await reservations(workspace, task, alice, activity, workflow);
  await events(workspace, task, alice);
  const named = await workspace.taskQueues(queue.sid).fetch();
  await statistics(workspace, named, workflow, alice);
  same("the end: the workspace is removed", await workspace.remove(), true);
  await refused("the end: with everything in it", api.workspaces(workspace._solution.sid).workers(alice.sid).fetch(), 404, 20404);
}

main()
  .catch((error) => check("no exception", false, { message: error.message, status: error.status, code: error.code, stack: error.stack }))
  .finally(() => process.stdout.write(JSON.stringify({ checks, exchanges, origins: [...origins] })));
