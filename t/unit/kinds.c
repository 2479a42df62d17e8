/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include <stdio.h>
#include <string.h>

#include "router/lines.h"
#include "router/plan.h"
#include "router/state.h"
#include "routing.h"
#include "tap.h"

/* ---- what rows begin with */

static const char multitasking[] =
    "create Workspace: FriendlyName=Shop\n"
    "create TaskQueue: FriendlyName=Everybody\n"
    "create TaskQueue: FriendlyName=Spanish&TargetWorkers=languages HAS \"es\"\n"
    "create Workflow: FriendlyName=Calls&Configuration="
    "{\"task_routing\":{\"default_filter\":{\"queue\":\"@Spanish@\"}}}\n"
    "create Worker: FriendlyName=Alice&ActivitySid=Available&"
    "Attributes={\"languages\":[\"es\"]}\n"
    "create Worker: FriendlyName=Bob\n"
    "wait 1000";

static const char singletasking[] =
    "create Workspace: FriendlyName=Shop&MultiTaskEnabled=false\n"
    "create Activity: FriendlyName=Reserved\n"
    "create Activity: FriendlyName=Busy\n"
    "create TaskQueue: FriendlyName=Everybody&"
    "ReservationActivitySid=Reserved&AssignmentActivitySid=Busy\n"
    "create Workflow: FriendlyName=Calls&Configuration="
    "{\"task_routing\":{\"default_filter\":{\"queue\":\"@Everybody@\"}}}\n"
    "create Worker: FriendlyName=Alice&ActivitySid=Available\n"
    "wait 1000";

static const char template[] =
    "create Workspace: FriendlyName=Shop&Template=FIFO";

/* Of the last request of a row, the one that it is about. */
static const struct row {
	const char *section, *what;
	const char *begins;   /* one of the texts above, or NULL */
	const char *requests; /* a line each */
	const char *refused;  /* the words, @NAME@ for SIDs; NULL: it is not */
	const char *then;     /* a line each: object.property=value */
	const char *events;   /* NULL: not looked at */
} rows[] = {
	/* ---- Workspace */
	{"1.3", "a new Workspace", NULL,
	    "create Workspace: FriendlyName=Shop",
	    NULL,
	    "Workspace Shop.multi_task_enabled=true\n"
	    "Workspace Shop.prioritize_queue_order=FIFO\n"
	    "Workspace Shop.default_activity_name=Offline\n"
	    "Workspace Shop.timeout_activity_name=Offline\n"
	    "Workspace Shop.event_callback_url=\n"
	    "Workspace Shop.events_filter=null\n"
	    "Workspace Shop.version=0\n"
	    "Activity #1.friendly_name=Offline\n"
	    "Activity #1.available=false\n"
	    "Activity #2.friendly_name=Available\n"
	    "Activity #2.available=true\n"
	    "Activity #3.friendly_name=Unavailable\n"
	    "Activity #3.available=false\n"
	    "Activity #4 is gone\n"
	    "TaskChannel #1.unique_name=default\n"
	    "TaskChannel #2.unique_name=voice\n"
	    "TaskChannel #3.unique_name=chat\n"
	    "TaskChannel #4.unique_name=sms\n"
	    "TaskChannel #5.unique_name=video\n"
	    "TaskChannel #6 is gone\n"
	    "TaskQueue #1 is gone\n"
	    "Workflow #1 is gone",
	    "workspace.created activity.created activity.created "
	    "activity.created task-channel.created task-channel.created "
	    "task-channel.created task-channel.created task-channel.created"},
	{"1.3", "single-tasking has TaskChannels too", NULL,
	    "create Workspace: FriendlyName=Shop&MultiTaskEnabled=false",
	    NULL,
	    "Workspace Shop.multi_task_enabled=false\n"
	    "TaskChannel #5.unique_name=video", NULL},
	{"1.3", "the template FIFO", NULL, template, NULL,
	    "TaskQueue #1.friendly_name=Sample Queue\n"
	    "TaskQueue #1.target_workers=1==1\n"
	    "TaskQueue #1.task_order=FIFO\n"
	    "TaskQueue #1.max_reserved_workers=1\n"
	    "TaskQueue #2 is gone\n"
	    "Workflow #1.friendly_name=Default Fifo Workflow\n"
	    "Workflow #1.task_reservation_timeout=120\n"
	    "Workflow #1.assignment_callback_url=null\n"
	    "Workflow #1.configuration={\"task_routing\":{\"filters\":[],"
	    "\"default_filter\":{\"queue\":\"@Sample Queue@\"}}}\n"
	    "Workflow #2 is gone", NULL},
	{"1.3", "the template's Workflow routes to its TaskQueue", template,
	    "create Worker: FriendlyName=Alice&ActivitySid=Available\n"
	    "create Task: Attributes={}",
	    NULL, "Task #1.assignment_status=reserved", NULL},
	{"1.3", "other Activities by default and after a timeout",
	    multitasking,
	    "update Workspace Shop: DefaultActivitySid=Unavailable&"
	    "TimeoutActivitySid=Unavailable",
	    NULL,
	    "Workspace Shop.default_activity_name=Unavailable\n"
	    "Workspace Shop.timeout_activity_name=Unavailable\n"
	    "Workspace Shop.version=1", "workspace.updated"},
	{"1.3", "no default Activity", multitasking,
	    "update Workspace Shop: DefaultActivitySid=",
	    "DefaultActivitySid: a Workspace cannot be without one",
	    "Workspace Shop.default_activity_name=Offline", ""},
	{"1.3", "no timeout Activity", multitasking,
	    "update Workspace Shop: TimeoutActivitySid=&FriendlyName=Else",
	    "TimeoutActivitySid: a Workspace cannot be without one",
	    "Workspace Shop.timeout_activity_name=Offline", ""},
	{"1.3", "multitasking stays", multitasking,
	    "update Workspace Shop: MultiTaskEnabled=false",
	    "MultiTaskEnabled: multitasking cannot be disabled once it is "
	    "enabled",
	    "Workspace Shop.multi_task_enabled=true", ""},
	{"1.3", "single-tasking may be said again", singletasking,
	    "update Workspace Shop: MultiTaskEnabled=false",
	    NULL, "Workspace Shop.version=0", ""},
	{"1.3", "multitasking may begin", singletasking,
	    "update Workspace Shop: MultiTaskEnabled=true",
	    NULL, "Workspace Shop.multi_task_enabled=true",
	    "workspace.updated"},
	{"1.3", "and then who has a Task gets others", singletasking,
	    "update TaskQueue Everybody: ReservationActivitySid=&"
	    "AssignmentActivitySid=\n"
	    "create Task: Attributes={}\n"
	    "create Task: Attributes={}&TaskChannel=voice\n"
	    "update Workspace Shop: MultiTaskEnabled=true",
	    NULL,
	    "Task #1.assignment_status=reserved\n"
	    "Task #2.assignment_status=reserved", NULL},
	{"1.3", "which kind of TaskQueue goes first", multitasking,
	    "update Workspace Shop: PrioritizeQueueOrder=LIFO",
	    NULL, "Workspace Shop.prioritize_queue_order=LIFO",
	    "workspace.updated"},
	{"1.3", "nothing changes", multitasking,
	    "update Workspace Shop: FriendlyName=Shop",
	    NULL, "Workspace Shop.version=0", ""},

	/* ---- Activity */
	{"1.4", "a new Activity", multitasking,
	    "create Activity: FriendlyName=Idle&Available=true",
	    NULL, "Activity Idle.available=true", "activity.created"},
	{"1.4", "unavailable unless it says otherwise", multitasking,
	    "create Activity: FriendlyName=Lunch",
	    NULL, "Activity Lunch.available=false", "activity.created"},
	{"1.4", "another name", multitasking,
	    "update Activity Unavailable: FriendlyName=Away",
	    NULL,
	    "Activity Away.version=1\n"
	    "Activity Away.date_updated=1700000001000", "activity.updated"},
	{"1.4", "Available is passed over in an update", multitasking,
	    "update Activity Unavailable: Available=true&FriendlyName=Away",
	    NULL, "Activity Away.available=false", "activity.updated"},
	{"1.4", "and alone changes nothing", multitasking,
	    "update Activity Unavailable: Available=true",
	    NULL,
	    "Activity Unavailable.available=false\n"
	    "Activity Unavailable.version=0", ""},
	{"2.6", "a name that expressions see makes a Worker eligible",
	    multitasking,
	    "update TaskQueue Spanish: TargetWorkers=activity_name==\"Ready\"\n"
	    "create Task: Attributes={}\n"
	    "update Activity Available: FriendlyName=Ready",
	    NULL, "Task #1.assignment_status=reserved",
	    "activity.updated reservation.created"},
	{"13.3", "an Activity that nobody needs goes", multitasking,
	    "delete Activity Unavailable",
	    NULL, "Activity Unavailable is gone", "activity.deleted"},
	{"13.3", "a Worker is in it", multitasking,
	    "delete Activity Available",
	    "Cannot delete Activity @Available@ because Worker @Alice@ is in "
	    "it",
	    "Activity Available.version=0", ""},
	{"13.3", "it is the default", multitasking,
	    "update Workspace Shop: TimeoutActivitySid=Unavailable\n"
	    "update Worker Bob: ActivitySid=Available\n"
	    "delete Activity Offline",
	    "Cannot delete Activity @Offline@ because it is the default "
	    "Activity of Workspace @Shop@",
	    "Activity Offline.version=0", ""},
	{"13.3", "it is where a timeout leads", multitasking,
	    "update Workspace Shop: TimeoutActivitySid=Unavailable\n"
	    "delete Activity Unavailable",
	    "Cannot delete Activity @Unavailable@ because it is the timeout "
	    "Activity of Workspace @Shop@",
	    "Activity Unavailable.version=0", ""},
	{"13.3", "a TaskQueue reserves into it", singletasking,
	    "delete Activity Reserved",
	    "Cannot delete Activity @Reserved@ because TaskQueue @Everybody@ "
	    "names it",
	    "Activity Reserved.version=0", ""},
	{"13.3", "a TaskQueue assigns into it", singletasking,
	    "delete Activity Busy",
	    "Cannot delete Activity @Busy@ because TaskQueue @Everybody@ names "
	    "it",
	    "Activity Busy.version=0", ""},
	{"13.3", "a TaskQueue that named it names another", singletasking,
	    "update TaskQueue Everybody: AssignmentActivitySid=\n"
	    "delete Activity Busy",
	    NULL, "Activity Busy is gone", "activity.deleted"},
	{"2.4", "who was in it before he was reserved stays where he is",
	    singletasking,
	    "create Task: Attributes={}\n"
	    "delete Activity Available\n"
	    "update Reservation #1: ReservationStatus=rejected",
	    NULL,
	    "Worker Alice.activity_name=Reserved\n"
	    "Reservation #1.reservation_status=rejected", NULL},

	/* ---- TaskChannel */
	{"1.6", "a new TaskChannel", multitasking,
	    "create TaskChannel: FriendlyName=Post&UniqueName=mail",
	    NULL,
	    "TaskChannel mail.friendly_name=Post\n"
	    "TaskChannel mail.channel_optimized_routing=false\n"
	    "WorkerChannel Alice/mail.configured_capacity=1\n"
	    "WorkerChannel Bob/mail.available=true",
	    "task-channel.created"},
	{"1.6", "a hyphen in its name", multitasking,
	    "create TaskChannel: FriendlyName=e-mail&UniqueName=email",
	    "FriendlyName: a TaskChannel's name cannot contain a hyphen",
	    "TaskChannel email is gone", ""},
	{"1.6", "a hyphen in its new name", multitasking,
	    "update TaskChannel sms: FriendlyName=short-message",
	    "FriendlyName: a TaskChannel's name cannot contain a hyphen",
	    "TaskChannel sms.friendly_name=SMS", ""},
	{"1.6", "a unique name that is taken", multitasking,
	    "create TaskChannel: FriendlyName=Other&UniqueName=voice",
	    "TaskChannel with the same unique name already exists",
	    "TaskChannel #6 is gone", ""},
	{"1.6", "its unique name stays", multitasking,
	    "update TaskChannel sms: FriendlyName=Texts&UniqueName=texts&"
	    "ChannelOptimizedRouting=true",
	    NULL,
	    "TaskChannel sms.friendly_name=Texts\n"
	    "TaskChannel sms.channel_optimized_routing=true",
	    "task-channel.updated"},
	{"2.6", "an expression waits for it", multitasking,
	    "update TaskQueue Spanish: "
	    "TargetWorkers=channel.fax.configured_capacity==1\n"
	    "create Task: Attributes={}\n"
	    "create TaskChannel: FriendlyName=Fax&UniqueName=fax",
	    NULL, "Task #1.assignment_status=reserved",
	    "task-channel.created reservation.created"},
	{"2.6", "an expression waits for its end", multitasking,
	    "update TaskQueue Spanish: "
	    "TargetWorkers=channel.sms.configured_capacity==null\n"
	    "create Task: Attributes={}\n"
	    "delete TaskChannel sms",
	    NULL, "Task #1.assignment_status=reserved",
	    "task-channel.deleted reservation.created"},
	{"13.3", "a TaskChannel that nobody needs goes", multitasking,
	    "delete TaskChannel sms",
	    NULL,
	    "TaskChannel sms is gone\n"
	    "WorkerChannel Alice/sms is gone\n"
	    "WorkerChannel Alice/chat.available=true", "task-channel.deleted"},
	{"13.3", "an unfinished Task is on it", multitasking,
	    "create Task: TaskChannel=sms\n"
	    "delete TaskChannel sms",
	    "Cannot delete TaskChannel @sms@ because Task @Task #1@ is on it",
	    "WorkerChannel Alice/sms.available=true", ""},
	{"13.3", "a finished Task is on it", multitasking,
	    "create Task: TaskChannel=sms\n"
	    "update Task #1: AssignmentStatus=canceled\n"
	    "delete TaskChannel sms",
	    "Cannot delete TaskChannel @sms@ because Task @Task #1@ is on it",
	    "WorkerChannel Alice/sms.available=true", ""},
	{"13.3", "the finished Task is gone", multitasking,
	    "create Task: TaskChannel=sms\n"
	    "update Task #1: AssignmentStatus=canceled\n"
	    "wait 300000\n"
	    "delete TaskChannel sms",
	    NULL, "TaskChannel sms is gone", "task-channel.deleted"},
	{"13.3", "a Task was on it before", multitasking,
	    "create Task: TaskChannel=sms\n"
	    "update Reservation #1: ReservationStatus=rejected&"
	    "WorkerActivitySid=Offline\n"
	    "update Task #1: TaskChannel=chat\n"
	    "delete TaskChannel sms",
	    NULL,
	    "TaskChannel sms is gone\n"
	    "Reservation #1.worker_channel_sid=@Alice/chat@",
	    "task-channel.deleted"},
	{"13.3", "the default one stays", multitasking,
	    "delete TaskChannel default",
	    "Cannot delete TaskChannel @default@ because it is the default "
	    "TaskChannel of Workspace @Shop@",
	    "TaskChannel default.version=0", ""},

	/* ---- TaskQueue */
	{"1.7", "a new TaskQueue", multitasking,
	    "create TaskQueue: FriendlyName=Any",
	    NULL,
	    "TaskQueue Any.target_workers=1==1\n"
	    "TaskQueue Any.max_reserved_workers=1\n"
	    "TaskQueue Any.task_order=FIFO\n"
	    "TaskQueue Any.reservation_activity_name=null\n"
	    "TaskQueue Any.assignment_activity_sid=null", "task-queue.created"},
	{"1.7", "Activities are kept where they have no effect", multitasking,
	    "create TaskQueue: FriendlyName=Any&"
	    "ReservationActivitySid=Unavailable&AssignmentActivitySid=Offline",
	    NULL,
	    "TaskQueue Any.reservation_activity_name=Unavailable\n"
	    "TaskQueue Any.assignment_activity_name=Offline",
	    "task-queue.created"},
	{"1.7", "an empty expression: nobody", multitasking,
	    "update TaskQueue Spanish: TargetWorkers=\n"
	    "create Task: Attributes={}",
	    NULL, "Task #1.assignment_status=pending", NULL},
	{"6.2", "an expression that is none", multitasking,
	    "create TaskQueue: FriendlyName=Any&TargetWorkers=level > > 3",
	    "TargetWorkers: ",
	    "TaskQueue Any is gone", ""},
	{"6.2", "an expression that is none, later", multitasking,
	    "update TaskQueue Spanish: TargetWorkers=languages&FriendlyName=No",
	    "TargetWorkers: ",
	    "TaskQueue Spanish.target_workers=languages HAS \"es\"", ""},
	{"1.7", "another name is no event", multitasking,
	    "update TaskQueue Spanish: FriendlyName=Castilian",
	    NULL, "TaskQueue Castilian.version=1", ""},
	{"1.7", "the same expression is no change", multitasking,
	    "update TaskQueue Spanish: TargetWorkers=languages HAS \"es\"",
	    NULL, "TaskQueue Spanish.version=0", ""},
	{"2.6", "another expression lets others in", multitasking,
	    "update TaskQueue Spanish: TargetWorkers=1==2\n"
	    "create Task: Attributes={}\n"
	    "update TaskQueue Spanish: TargetWorkers=1==1",
	    NULL,
	    "TaskQueue Spanish.version=2\n"
	    "Task #1.assignment_status=reserved\n"
	    "Reservation #1.worker_name=Alice",
	    "task-queue.expression.updated reservation.created"},
	{"2.6", "another expression keeps Tasks waiting", multitasking,
	    "update Worker Alice: ActivitySid=Offline\n"
	    "create Task: Attributes={}\n"
	    "update TaskQueue Spanish: TargetWorkers=1==2\n"
	    "update Worker Alice: ActivitySid=Available",
	    NULL,
	    "Task #1.assignment_status=pending\n"
	    "Task #1.task_queue_friendly_name=Spanish",
	    "worker.activity.update"},
	{"7.1", "LIFO sorts those who wait anew", multitasking,
	    "update Worker Alice: ActivitySid=Offline\n"
	    "create Task: Attributes={}\n"
	    "wait 1000\n"
	    "create Task: Attributes={}\n"
	    "update TaskQueue Spanish: TaskOrder=LIFO\n"
	    "update Worker Alice: ActivitySid=Available",
	    NULL,
	    "Task #1.assignment_status=pending\n"
	    "Task #2.assignment_status=reserved", NULL},
	{"7.1", "and back", multitasking,
	    "update TaskQueue Spanish: TaskOrder=LIFO\n"
	    "update Worker Alice: ActivitySid=Offline\n"
	    "create Task: Attributes={}\n"
	    "wait 1000\n"
	    "create Task: Attributes={}\n"
	    "update TaskQueue Spanish: TaskOrder=FIFO&MaxReservedWorkers=2\n"
	    "update Worker Alice: ActivitySid=Available",
	    NULL,
	    "Task #1.assignment_status=reserved\n"
	    "Task #2.assignment_status=pending\n"
	    "TaskQueue Spanish.max_reserved_workers=2", NULL},
	{"13.3", "a TaskQueue that nobody needs goes", multitasking,
	    "delete TaskQueue Everybody",
	    NULL, "TaskQueue Everybody is gone", "task-queue.deleted"},
	{"13.3", "and frees the Activities that it named", multitasking,
	    "create TaskQueue: FriendlyName=Any&"
	    "ReservationActivitySid=Unavailable&"
	    "AssignmentActivitySid=Unavailable\n"
	    "delete TaskQueue Any\n"
	    "delete Activity Unavailable",
	    NULL, "Activity Unavailable is gone", "activity.deleted"},
	{"13.3", "and is not counted among their users", multitasking,
	    "create TaskQueue: FriendlyName=Any&"
	    "ReservationActivitySid=Unavailable&"
	    "AssignmentActivitySid=Unavailable\n"
	    "delete TaskQueue Any",
	    NULL, "TaskQueue Any is gone", "task-queue.deleted"},
	{"13.3", "a Workflow names it", multitasking,
	    "delete TaskQueue Spanish",
	    "Cannot delete TaskQueue @Spanish@ because Workflow @Calls@ names "
	    "it",
	    "TaskQueue Spanish.version=0", ""},
	{"1.7", "its Tasks drain", multitasking,
	    "update Worker Alice: ActivitySid=Offline\n"
	    "create Task: Attributes={}\n"
	    "update Workflow Calls: Configuration="
	    "{\"task_routing\":{\"default_filter\":{\"queue\":\"@Everybody@\"}}}"
	    "\n"
	    "delete TaskQueue Spanish",
	    "Cannot delete TaskQueue @Spanish@ because Task @Task #1@ is in it",
	    "Task #1.task_queue_friendly_name=Spanish", ""},
	{"1.7", "its Tasks may yet come back", multitasking,
	    "update Worker Alice: ActivitySid=Offline\n"
	    "update Workflow Calls: Configuration={\"task_routing\":{\"filters\":"
	    "[{\"expression\":\"1==1\",\"targets\":[{\"queue\":\"@Everybody@\","
	    "\"timeout\":5},{\"queue\":\"@Spanish@\"}]}]}}\n"
	    "create Task: Attributes={}\n"
	    "update Workflow Calls: Configuration="
	    "{\"task_routing\":{\"default_filter\":{\"queue\":\"@Everybody@\"}}}"
	    "\n"
	    "delete TaskQueue Spanish",
	    "Cannot delete TaskQueue @Spanish@ because an earlier configuration "
	    "of Workflow @Calls@, by which Tasks still go, names it",
	    "Task #1.task_queue_friendly_name=Everybody", ""},
	{"1.7", "an assigned Task is in it", multitasking,
	    "create Task: Attributes={}\n"
	    "update Reservation #1: ReservationStatus=accepted\n"
	    "update Workflow Calls: Configuration="
	    "{\"task_routing\":{\"default_filter\":{\"queue\":\"@Everybody@\"}}}&"
	    "ReEvaluateTasks=true\n"
	    "delete TaskQueue Spanish",
	    "Cannot delete TaskQueue @Spanish@ because Task @Task #1@ is in it",
	    "Task #1.assignment_status=assigned", ""},
	{"1.7", "a Task that was sent to it is in it", multitasking,
	    "create Task: RoutingTarget=@Everybody@\n"
	    "delete TaskQueue Everybody",
	    "Cannot delete TaskQueue @Everybody@ because Task @Task #1@ is in it",
	    "Task #1.task_queue_friendly_name=Everybody", ""},
	{"13.3", "a finished Task forgets it", multitasking,
	    "create Task: RoutingTarget=@Everybody@\n"
	    "update Reservation #1: ReservationStatus=accepted\n"
	    "update Task #1: AssignmentStatus=completed\n"
	    "delete TaskQueue Everybody",
	    NULL,
	    "Task #1.task_queue_sid=null\n"
	    "Reservation #1.task_queue_sid=null", "task-queue.deleted"},

	/* ---- Workflow */
	{"1.8", "a new Workflow", multitasking,
	    "create Workflow: FriendlyName=Any&Configuration= { "
	    "\"task_routing\" : { \"default_filter\": { \"queue\": "
	    "\"@Everybody@\", \"Expression\": \"1 == 1\" } }, \"x\": [ ] }",
	    NULL,
	    "Workflow Any.configuration={\"task_routing\":{\"default_filter\":"
	    "{\"queue\":\"@Everybody@\",\"Expression\":\"1 == 1\"}},\"x\":[]}\n"
	    "Workflow Any.task_reservation_timeout=120\n"
	    "Workflow Any.fallback_assignment_callback_url=null\n"
	    "Workflow Any.document_content_type=null", "workflow.created"},
	{"1.9", "a configuration that is none", multitasking,
	    "create Workflow: FriendlyName=Any&Configuration={\"task_routing\"",
	    "Configuration: ",
	    "Workflow Any is gone", ""},
	{"1.9", "a default filter to a TaskQueue that is not there",
	    multitasking,
	    "create Workflow: FriendlyName=Any&Configuration="
	    "{\"task_routing\":{\"default_filter\":"
	    "{\"queue\":\"WQ00000000000000000000000000000000\"}}}",
	    "Configuration: task_routing.default_filter.queue: there is no "
	    "TaskQueue WQ00000000000000000000000000000000 in Workspace "
	    "@Shop@",
	    "Workflow Any is gone", ""},
	{"1.9", "a target to a TaskQueue that is not there", multitasking,
	    "update Workflow Calls: FriendlyName=Any&Configuration="
	    "{\"task_routing\":{\"filters\":["
	    "{\"expression\":\"1==1\",\"targets\":[{\"queue\":\"@Spanish@\"}]},"
	    "{\"expression\":\"1==1\",\"targets\":[{\"queue\":\"@Spanish@\","
	    "\"timeout\":5},"
	    "{\"queue\":\"WQ00000000000000000000000000000000\"}]}]}}",
	    "Configuration: task_routing.filters[1].targets[1].queue: there is "
	    "no TaskQueue WQ00000000000000000000000000000000 in Workspace "
	    "@Shop@",
	    "Workflow Calls.version=0", ""},
	{"1.8", "other URLs, another time", multitasking,
	    "update Workflow Calls: AssignmentCallbackUrl=http://a/&"
	    "FallbackAssignmentCallbackUrl=http://b/&TaskReservationTimeout=5",
	    NULL,
	    "Workflow Calls.assignment_callback_url=http://a/\n"
	    "Workflow Calls.fallback_assignment_callback_url=http://b/\n"
	    "Workflow Calls.task_reservation_timeout=5\n"
	    "Workflow Calls.version=1", "workflow.updated"},
	{"1.8", "white space is no change", multitasking,
	    "update Workflow Calls: Configuration={ \"task_routing\":"
	    "{\"default_filter\":{\"queue\":\"@Spanish@\"}}}",
	    NULL, "Workflow Calls.version=0", ""},
	{"1.8", "Tasks go on by the configuration that they came with",
	    multitasking,
	    "update Worker Alice: ActivitySid=Offline\n"
	    "create Task: Attributes={}\n"
	    "update Workflow Calls: Configuration="
	    "{\"task_routing\":{\"default_filter\":{\"queue\":\"@Everybody@\"}}}",
	    NULL, "Task #1.task_queue_friendly_name=Spanish",
	    "workflow.updated"},
	{"1.8", "ReEvaluateTasks routes them again", multitasking,
	    "update Worker Alice: ActivitySid=Offline\n"
	    "create Task: Attributes={}\n"
	    "update Workflow Calls: Configuration="
	    "{\"task_routing\":{\"default_filter\":{\"queue\":\"@Everybody@\"}}}&"
	    "ReEvaluateTasks=true\n"
	    "delete TaskQueue Spanish",
	    NULL, "Task #1.task_queue_friendly_name=Everybody",
	    "task-queue.deleted"},
	{"1.8", "ReEvaluateTasks alone does too", multitasking,
	    "update Worker Alice: ActivitySid=Offline\n"
	    "create Task: Attributes={}\n"
	    "update Workflow Calls: Configuration="
	    "{\"task_routing\":{\"default_filter\":{\"queue\":\"@Everybody@\"}}}\n"
	    "update Workflow Calls: ReEvaluateTasks=true",
	    NULL,
	    "Task #1.task_queue_friendly_name=Everybody\n"
	    "Workflow Calls.version=1", NULL},
	{"1.8", "without it they stay", multitasking,
	    "update Worker Alice: ActivitySid=Offline\n"
	    "create Task: Attributes={}\n"
	    "update Workflow Calls: ReEvaluateTasks=false&Configuration="
	    "{\"task_routing\":{\"default_filter\":{\"queue\":\"@Everybody@\"}}}",
	    NULL, "Task #1.task_queue_friendly_name=Spanish", NULL},
	{"13.3", "an unfinished Task is in it", multitasking,
	    "create Task: Attributes={}\n"
	    "delete Workflow Calls",
	    "Cannot delete Workflow @Calls@ because Task @Task #1@ is in it",
	    "Workflow Calls.version=0", ""},
	{"13.3", "a finished Task forgets the Workflow", multitasking,
	    "create Task: Attributes={}\n"
	    "update Reservation #1: ReservationStatus=accepted\n"
	    "update Task #1: AssignmentStatus=completed\n"
	    "delete Workflow Calls",
	    NULL,
	    "Task #1.workflow_sid=null\n"
	    "Reservation #1.workflow_sid=null\n"
	    "Workflow Calls is gone", "workflow.deleted"},
	{"13.3", "then its TaskQueue may go", multitasking,
	    "delete Workflow Calls\n"
	    "delete TaskQueue Spanish",
	    NULL, "TaskQueue Spanish is gone", "task-queue.deleted"},

	/* ---- Worker */
	{"1.5", "a new Worker", multitasking,
	    "create Worker: FriendlyName=Carol",
	    NULL,
	    "Worker Carol.attributes={}\n"
	    "Worker Carol.activity_name=Offline\n"
	    "Worker Carol.date_status_changed=1700000001000\n"
	    "Worker Carol.version=0\n"
	    "WorkerChannel Carol/default.configured_capacity=1\n"
	    "WorkerChannel Carol/voice.available=true\n"
	    "WorkerChannel Carol/video.assigned_tasks=0", "worker.created"},
	{"1.5", "a Worker begins in the Workspace's Activity", multitasking,
	    "update Workspace Shop: DefaultActivitySid=Available\n"
	    "create Worker: FriendlyName=Carol&ActivitySid=",
	    NULL, "Worker Carol.activity_name=Available", "worker.created"},
	{"2.6", "a new Worker takes who waits", multitasking,
	    "update Worker Alice: ActivitySid=Offline\n"
	    "create Task: Attributes={}\n"
	    "create Worker: FriendlyName=Carol&ActivitySid=Available&"
	    "Attributes={\"languages\":[\"es\"]}",
	    NULL, "Reservation #1.worker_name=Carol",
	    "worker.created reservation.created"},
	{"1.5", "a name that is taken", multitasking,
	    "create Worker: FriendlyName=Alice",
	    "Worker with the same friendly name already exists",
	    "Worker #3 is gone", ""},
	{"1.5", "whatever its case", multitasking,
	    "create Worker: FriendlyName=aLICE",
	    "Worker with the same friendly name already exists",
	    "Worker #3 is gone", ""},
	{"1.5", "a longer name is another", multitasking,
	    "create Worker: FriendlyName=Alice2",
	    NULL, "Worker #3.friendly_name=Alice2", "worker.created"},
	{"1.2", "nothing is shared: a name of another Workspace", multitasking,
	    "create Workspace: FriendlyName=Other\n"
	    "create Worker: FriendlyName=Alice",
	    NULL, "Worker #1.friendly_name=Alice", "worker.created"},
	{"1.5", "another's name", multitasking,
	    "update Worker Bob: FriendlyName=ALICE",
	    "Worker with the same friendly name already exists",
	    "Worker Bob.version=0", ""},
	{"1.5", "his own name in another case", multitasking,
	    "update Worker Bob: FriendlyName=BOB",
	    NULL, "Worker BOB.version=1", ""},
	{"1.5", "a name that he gave up is free", multitasking,
	    "update Worker Alice: FriendlyName=Zoe\n"
	    "create Worker: FriendlyName=alice",
	    NULL, "Worker #3.friendly_name=alice", "worker.created"},
	{"1.5", "and a deleted one's too", multitasking,
	    "delete Worker Alice\n"
	    "create Worker: FriendlyName=Alice",
	    NULL, "Worker #2.friendly_name=Alice", "worker.created"},
	{"1.5", "attributes that are none", multitasking,
	    "update Worker Alice: Attributes={&FriendlyName=Zoe",
	    "Attributes: ", "Worker Alice.version=0", ""},
	{"2.6", "other attributes make him eligible", multitasking,
	    "update Worker Alice: ActivitySid=Offline\n"
	    "create Task: Attributes={}\n"
	    "update Worker Bob: ActivitySid=Available\n"
	    "update Worker Bob: Attributes={\"languages\":[\"es\"]}",
	    NULL,
	    "Worker Bob.version=2\n"
	    "Reservation #1.worker_name=Bob",
	    "worker.attributes.update reservation.created"},
	{"2.6", "or no longer", multitasking,
	    "update Worker Alice: Attributes={}\n"
	    "create Task: Attributes={}",
	    NULL, "Task #1.assignment_status=pending", NULL},
	{"2.6", "another name makes him eligible", multitasking,
	    "update TaskQueue Spanish: TargetWorkers=friendly_name==\"Zoe\"\n"
	    "create Task: Attributes={}\n"
	    "update Worker Alice: FriendlyName=Zoe",
	    NULL, "Reservation #1.worker_name=Zoe", "reservation.created"},
	{"1.5", "the same attributes are no change", multitasking,
	    "update Worker Alice: Attributes={\"languages\":[\"es\"]}",
	    NULL, "Worker Alice.version=0", ""},
	{"2.7", "several changes by one request are one version",
	    multitasking,
	    "update Worker Alice: ActivitySid=Offline&Attributes={}&"
	    "FriendlyName=Zoe",
	    NULL,
	    "Worker Zoe.version=1\n"
	    "Worker Zoe.activity_name=Offline",
	    "worker.activity.update worker.attributes.update"},
	{"2.4", "he moves", multitasking,
	    "update Worker Alice: ActivitySid=Unavailable",
	    NULL,
	    "Worker Alice.activity_name=Unavailable\n"
	    "Worker Alice.date_status_changed=1700000001000\n"
	    "Worker Alice.version=1", "worker.activity.update"},
	{"2.4", "he stays", multitasking,
	    "update Worker Alice: ActivitySid=Available",
	    NULL,
	    "Worker Alice.date_status_changed=1700000000000\n"
	    "Worker Alice.version=0", ""},
	{"2.6", "he becomes available", multitasking,
	    "update Worker Alice: ActivitySid=Offline\n"
	    "create Task: Attributes={}\n"
	    "update Worker Alice: ActivitySid=Available",
	    NULL, "Task #1.assignment_status=reserved",
	    "worker.activity.update reservation.created"},
	{"2.4", "leaving keeps what is pending", multitasking,
	    "create Task: Attributes={}\n"
	    "update Worker Alice: ActivitySid=Offline",
	    NULL, "Reservation #1.reservation_status=pending",
	    "worker.activity.update"},
	{"2.4", "or rejects it", multitasking,
	    "create Task: Attributes={}\n"
	    "update Worker Alice: ActivitySid=Offline&"
	    "RejectPendingReservations=true",
	    NULL,
	    "Reservation #1.reservation_status=rejected\n"
	    "Task #1.assignment_status=pending\n"
	    "Worker Alice.activity_name=Offline\n"
	    "Worker Alice.version=1",
	    "worker.activity.update reservation.rejected"},
	{"2.4", "an accepted one is his", multitasking,
	    "create Task: Attributes={}\n"
	    "update Reservation #1: ReservationStatus=accepted\n"
	    "update Worker Alice: ActivitySid=Offline&"
	    "RejectPendingReservations=true",
	    NULL, "Reservation #1.reservation_status=accepted",
	    "worker.activity.update"},
	{"2.4", "an available Activity rejects nothing", multitasking,
	    "create Task: Attributes={}\n"
	    "update Worker Alice: ActivitySid=Available&FriendlyName=Zoe&"
	    "RejectPendingReservations=true",
	    "Unable to reject pending reservations when updating to an "
	    "Available activity state.",
	    "Reservation #1.reservation_status=pending\n"
	    "Worker Alice.version=0", ""},
	{"2.4", "single-tasking: rejecting moves him no more", singletasking,
	    "create Task: Attributes={}\n"
	    "update Worker Alice: ActivitySid=Reserved&"
	    "RejectPendingReservations=true",
	    NULL,
	    "Reservation #1.reservation_status=rejected\n"
	    "Task #1.assignment_status=pending\n"
	    "Worker Alice.activity_name=Reserved",
	    "reservation.rejected"},
	{"7.2", "longest idle first: creation", multitasking,
	    "update Worker Bob: Attributes={\"languages\":[\"es\"]}&"
	    "ActivitySid=Available\n"
	    "create Task: Attributes={}",
	    NULL, "Reservation #1.worker_name=Alice", NULL},
	{"7.2", "longest idle first: a new Worker is not", multitasking,
	    "update Worker Bob: Attributes={\"languages\":[\"es\"]}&"
	    "ActivitySid=Available\n"
	    "create Worker: FriendlyName=Carol&ActivitySid=Available&"
	    "Attributes={\"languages\":[\"es\"]}\n"
	    "create Task: Attributes={}\n"
	    "create Task: Attributes={}",
	    NULL,
	    "Reservation #1.worker_name=Alice\n"
	    "Reservation #2.worker_name=Bob", NULL},
	{"7.2", "longest idle first: since he is available", multitasking,
	    "update Worker Bob: Attributes={\"languages\":[\"es\"]}&"
	    "ActivitySid=Available\n"
	    "update Worker Alice: ActivitySid=Offline\n"
	    "update Worker Alice: ActivitySid=Available\n"
	    "create Task: Attributes={}",
	    NULL, "Reservation #1.worker_name=Bob", NULL},
	{"7.2", "longest idle first: since his last Task", multitasking,
	    "update Worker Bob: Attributes={\"languages\":[\"es\"]}&"
	    "ActivitySid=Available\n"
	    "create Task: Attributes={}&TaskChannel=voice\n"
	    "create Task: Attributes={}&TaskChannel=sms",
	    NULL,
	    "Reservation #1.worker_name=Alice\n"
	    "Reservation #2.worker_name=Bob", NULL},
	{"1.6", "longest idle first: on an optimized TaskChannel",
	    multitasking,
	    "update Worker Bob: Attributes={\"languages\":[\"es\"]}&"
	    "ActivitySid=Available\n"
	    "create Task: Attributes={}&TaskChannel=voice\n"
	    "update TaskChannel sms: ChannelOptimizedRouting=true\n"
	    "create Task: Attributes={}&TaskChannel=sms",
	    NULL,
	    "Reservation #1.worker_name=Alice\n"
	    "Reservation #2.worker_name=Alice", NULL},
	{"1.6", "longest idle first: one that begins to be optimized",
	    multitasking,
	    "update Worker Bob: Attributes={\"languages\":[\"es\"]}&"
	    "ActivitySid=Available\n"
	    "update WorkerChannel Alice/sms: Capacity=2\n"
	    "create Task: Attributes={}&TaskChannel=sms\n"
	    "create Task: Attributes={}&TaskChannel=voice\n"
	    "update TaskChannel sms: ChannelOptimizedRouting=true\n"
	    "create Task: Attributes={}&TaskChannel=sms",
	    NULL,
	    "Reservation #1.worker_name=Alice\n"
	    "Reservation #2.worker_name=Bob\n"
	    "Reservation #3.worker_name=Bob", NULL},
	{"2.6", "of several who become eligible, the longest idle",
	    multitasking,
	    "update Worker Alice: ActivitySid=Offline\n"
	    "update Worker Bob: ActivitySid=Available\n"
	    "update Worker Alice: ActivitySid=Available\n"
	    "update TaskQueue Spanish: TargetWorkers=\n"
	    "create Task: Attributes={}\n"
	    "update TaskQueue Spanish: TargetWorkers=1==1",
	    NULL, "Reservation #1.worker_name=Bob", NULL},
	{"2.6", "and not the one who was made last", multitasking,
	    "update Worker Bob: ActivitySid=Available\n"
	    "update TaskQueue Spanish: TargetWorkers=\n"
	    "create Task: Attributes={}\n"
	    "update TaskQueue Spanish: TargetWorkers=1==1",
	    NULL, "Reservation #1.worker_name=Alice", NULL},
	{"7.2", "longest idle first: from one available Activity to another",
	    multitasking,
	    "update Worker Bob: Attributes={\"languages\":[\"es\"]}&"
	    "ActivitySid=Available\n"
	    "create Activity: FriendlyName=Idle&Available=true\n"
	    "update Worker Alice: ActivitySid=Idle\n"
	    "create Task: Attributes={}",
	    NULL, "Reservation #1.worker_name=Alice", NULL},
	{"1.6", "on an optimized TaskChannel: since his last Task on it",
	    multitasking,
	    "update Worker Bob: Attributes={\"languages\":[\"es\"]}&"
	    "ActivitySid=Available\n"
	    "update TaskChannel sms: ChannelOptimizedRouting=true\n"
	    "update WorkerChannel Alice/sms: Capacity=2\n"
	    "create Task: Attributes={}&TaskChannel=sms\n"
	    "create Task: Attributes={}&TaskChannel=sms",
	    NULL,
	    "Reservation #1.worker_name=Alice\n"
	    "Reservation #2.worker_name=Bob", NULL},
	{"1.6", "on an optimized TaskChannel: since he is available",
	    multitasking,
	    "update TaskChannel sms: ChannelOptimizedRouting=true\n"
	    "update Worker Bob: Attributes={\"languages\":[\"es\"]}&"
	    "ActivitySid=Available\n"
	    "update Worker Alice: ActivitySid=Offline\n"
	    "update Worker Alice: ActivitySid=Available\n"
	    "create Task: Attributes={}&TaskChannel=sms",
	    NULL, "Reservation #1.worker_name=Bob", NULL},
	{"1.6", "a new TaskChannel: as long idle as he is", multitasking,
	    "update Worker Bob: Attributes={\"languages\":[\"es\"]}&"
	    "ActivitySid=Available\n"
	    "create Task: Attributes={}\n"
	    "create TaskChannel: FriendlyName=Fax&UniqueName=fax&"
	    "ChannelOptimizedRouting=true\n"
	    "create Task: Attributes={}&TaskChannel=fax",
	    NULL,
	    "Reservation #1.worker_name=Alice\n"
	    "Reservation #2.worker_name=Bob", NULL},
	{"2.6", "an Activity makes him eligible", multitasking,
	    "update TaskQueue Spanish: "
	    "TargetWorkers=activity_name==\"Available\" AND sid==\"@Bob@\"\n"
	    "create Task: Attributes={}\n"
	    "update Worker Bob: ActivitySid=Available",
	    NULL, "Reservation #1.worker_name=Bob",
	    "worker.activity.update reservation.created"},
	{"2.4", "who has left gets nothing", multitasking,
	    "create Task: Attributes={}\n"
	    "update Reservation #1: ReservationStatus=accepted\n"
	    "update Task #1: AssignmentStatus=completed\n"
	    "update Worker Alice: ActivitySid=Offline\n"
	    "create Task: Attributes={}",
	    NULL, "Task #2.assignment_status=pending", NULL},
	{"7.2", "capacity counts what he accepted", multitasking,
	    "create Task: Attributes={}\n"
	    "update Reservation #1: ReservationStatus=accepted\n"
	    "create Task: Attributes={}",
	    NULL, "Task #2.assignment_status=pending", NULL},
	{"7.2", "single-tasking: one Task on all TaskChannels", singletasking,
	    "update TaskQueue Everybody: ReservationActivitySid=\n"
	    "create Task: Attributes={}\n"
	    "create Task: Attributes={}&TaskChannel=voice",
	    NULL, "Task #2.assignment_status=pending", NULL},
	{"13.3", "a Worker without Tasks goes", multitasking,
	    "delete Worker Alice",
	    NULL,
	    "Worker Alice is gone\n"
	    "WorkerChannel #1.worker_sid=Bob\n"
	    "WorkerChannel #5.worker_sid=Bob\n"
	    "WorkerChannel #6 is gone", "worker.deleted"},
	{"2.2", "what was reserved for him is canceled and routed again",
	    multitasking,
	    "create Task: Attributes={}\n"
	    "update Worker Bob: Attributes={\"languages\":[\"es\"]}&"
	    "ActivitySid=Available\n"
	    "delete Worker Alice",
	    NULL,
	    "Task #1.assignment_status=reserved\n"
	    "Reservation #1.worker_name=Bob\n"
	    "Reservation #2 is gone",
	    "reservation.canceled worker.deleted reservation.created"},
	{"2.2", "single-tasking: and he goes nowhere before", singletasking,
	    "create Task: Attributes={}\n"
	    "delete Worker Alice",
	    NULL, "Task #1.assignment_status=pending",
	    "reservation.canceled worker.deleted"},
	{"13.3", "he works on a Task", multitasking,
	    "create Task: Attributes={}\n"
	    "update Reservation #1: ReservationStatus=accepted\n"
	    "delete Worker Alice",
	    "Cannot delete Worker @Alice@ because Reservation @Reservation #1@ is accepted",
	    "Worker Alice.activity_name=Available", ""},
	{"7.6", "a Task that was reserved for him alone waits on",
	    multitasking,
	    "create Task: RoutingTarget=@Alice@\n"
	    "delete Worker Alice",
	    NULL, "Task #1.assignment_status=pending",
	    "reservation.canceled worker.deleted"},
	{"7.6", "a known Worker's name comes to another", multitasking,
	    "update Workflow Calls: Configuration={\"task_routing\":{\"filters\":["
	    "{\"expression\":\"1==1\",\"targets\":[{\"queue\":\"@Everybody@\","
	    "\"known_worker_friendly_name\":\"task.name\"}]}]}}\n"
	    "update Worker Bob: ActivitySid=Available\n"
	    "create Task: Attributes={\"name\":\"zoe\"}\n"
	    "update Worker Bob: FriendlyName=Zoe",
	    NULL, "Reservation #1.worker_name=Zoe", "reservation.created"},
	{"7.6", "a Task that was for him alone waits on", multitasking,
	    "create Task: RoutingTarget=@Bob@&IgnoreCapacity=false\n"
	    "delete Worker Bob",
	    NULL, "Task #1.assignment_status=pending", "worker.deleted"},

	{"7.6", "a known Worker's name is given up", multitasking,
	    "update Workflow Calls: Configuration={\"task_routing\":{\"filters\":["
	    "{\"expression\":\"1==1\",\"targets\":[{\"queue\":\"@Everybody@\","
	    "\"known_worker_friendly_name\":\"task.name\"}]}]}}\n"
	    "create Task: Attributes={\"name\":\"bob\"}\n"
	    "update Worker Bob: FriendlyName=Zoe\n"
	    "update Worker Zoe: ActivitySid=Available",
	    NULL, "Task #1.assignment_status=pending",
	    "worker.activity.update"},
	{"7.6", "a known Worker comes at last", multitasking,
	    "update Workflow Calls: Configuration={\"task_routing\":{\"filters\":["
	    "{\"expression\":\"1==1\",\"targets\":[{\"queue\":\"@Everybody@\","
	    "\"known_worker_friendly_name\":\"task.name\"}]}]}}\n"
	    "create Task: Attributes={\"name\":\"zoe\"}\n"
	    "create Worker: FriendlyName=Zoe&ActivitySid=Available",
	    NULL, "Reservation #1.worker_name=Zoe",
	    "worker.created reservation.created"},

	/* ---- WorkerChannel */
	{"1.6", "more capacity takes who waits", multitasking,
	    "create Task: TaskChannel=voice\n"
	    "create Task: TaskChannel=voice\n"
	    "update WorkerChannel Alice/voice: Capacity=2",
	    NULL,
	    "Task #2.assignment_status=reserved\n"
	    "WorkerChannel Alice/voice.configured_capacity=2\n"
	    "WorkerChannel Alice/voice.version=1\n"
	    "Worker Alice.version=0",
	    "worker.capacity.update reservation.created"},
	{"1.6", "no capacity: no new Reservation", multitasking,
	    "update WorkerChannel Alice/voice: Capacity=0\n"
	    "create Task: TaskChannel=voice",
	    NULL, "Task #1.assignment_status=pending", NULL},
	{"1.6", "but on others", multitasking,
	    "update WorkerChannel Alice/voice: Capacity=0\n"
	    "create Task: TaskChannel=sms",
	    NULL, "Task #1.assignment_status=reserved", NULL},
	{"1.6", "less capacity takes nothing away", multitasking,
	    "create Task: TaskChannel=voice\n"
	    "update WorkerChannel Alice/voice: Capacity=0",
	    NULL, "Task #1.assignment_status=reserved",
	    "worker.capacity.update"},
	{"1.6", "unavailable: the capacity is remembered", multitasking,
	    "update WorkerChannel Alice/voice: Capacity=3\n"
	    "update WorkerChannel Alice/voice: Available=false\n"
	    "create Task: TaskChannel=voice",
	    NULL,
	    "Task #1.assignment_status=pending\n"
	    "WorkerChannel Alice/voice.configured_capacity=3", NULL},
	{"2.6", "available again", multitasking,
	    "update WorkerChannel Alice/voice: Available=false\n"
	    "create Task: TaskChannel=voice\n"
	    "update WorkerChannel Alice/voice: Available=true",
	    NULL, "Task #1.assignment_status=reserved",
	    "worker.channel.availability.update reservation.created"},
	{"1.6", "both at once", multitasking,
	    "update WorkerChannel Alice/voice: Available=false&Capacity=5",
	    NULL, "WorkerChannel Alice/voice.version=1",
	    "worker.capacity.update worker.channel.availability.update"},
	{"2.6", "a capacity that an expression asks for", multitasking,
	    "update TaskQueue Spanish: "
	    "TargetWorkers=channel.chat.configured_capacity > 3\n"
	    "create Task: TaskChannel=voice\n"
	    "update WorkerChannel Alice/chat: Capacity=4",
	    NULL, "Task #1.assignment_status=reserved",
	    "worker.capacity.update reservation.created"},

	/* ---- what cannot be asked for */
	{"5.6", "WorkerChannels are not created", multitasking,
	    "create WorkerChannel: Capacity=1",
	    "a WorkerChannel cannot be created", NULL, ""},
	{"5.6", "WorkerChannels are not deleted", multitasking,
	    "delete WorkerChannel Alice/sms",
	    "a WorkerChannel cannot be deleted", NULL, ""},
};

/* ---- the rows */

static struct routing routing;

static void
judge_answer(const struct row *row)
{
	struct str text = str_from(routing.refusal.text);
	struct str wanted;

	if (row->refused == NULL) {
		is_str(text, "", "%s %s: not refused", row->section, row->what);
		return;
	}
	/* What a parser says follows behind the colon: its own tests know. */
	wanted = routing_text(&routing, row->refused);
	if (str_has_suffix(wanted, STR(": ")))
		ok(str_has_prefix(text, wanted) && text.len > wanted.len,
		    "%s %s: refused", row->section, row->what);
	else
		is_str(text, wanted.at, "%s %s: refused", row->section,
		    row->what);
}

static void
judge_line(const struct row *row, struct str line)
{
	struct str value = line;
	struct str name = str_cut(&value, '=');
	struct str gone = STR(" is gone");

	if (str_has_suffix(line, gone)) {
		struct str sid = arena_format(&routing.arena, "%.*s.sid",
		    STR_ARGS(str_slice(line, 0, line.len - gone.len)));
		is_str(routing_read(&routing, sid.at), NULL, "%s %s: %.*s",
		    row->section, row->what, STR_ARGS(line));
		return;
	}
	name = arena_str(&routing.arena, name);
	value = arena_str(&routing.arena, value);
	is_str(routing_read(&routing, name.at), value.at, "%s %s: %.*s",
	    row->section, row->what, STR_ARGS(name));
}

static void
judge(const struct row *row)
{
	struct str rest = STR_NONE;

	judge_answer(row);
	if (row->then != NULL)
		rest = routing_text(&routing, row->then);
	while (rest.at != NULL)
		judge_line(row, str_cut(&rest, '\n'));
	if (row->events != NULL)
		is_str(routing_events(&routing), row->events, "%s %s: events",
		    row->section, row->what);
}

/* ---- the counts that deletions go by, made again from the objects */

static struct object *
next_of(enum kind kind, const struct object *object)
{
	return router_next(routing.router, routing.workspace, kind,
	    object != NULL ? object->number : 0);
}

static bool
counts_activity(const struct activity *activity)
{
	struct object *object = NULL;
	size_t workers = 0, users = 0;

	while ((object = next_of(KIND_WORKER, object)) != NULL)
		workers += ((struct worker *)object)->activity == activity;
	while ((object = next_of(KIND_TASK_QUEUE, object)) != NULL) {
		struct task_queue *queue = (struct task_queue *)object;
		users += queue->reservation_activity == activity;
		users += queue->assignment_activity == activity;
	}
	return activity->workers == workers && activity->users == users;
}

static bool
counts_plans(const struct task_queue *queue)
{
	struct object *object = NULL;
	size_t plans = 0;

	while ((object = next_of(KIND_WORKFLOW_REVISION, object)) != NULL) {
		struct plan *plan = ((struct workflow_revision *)object)->plan;
		for (size_t i = 0; i < plan->queue_count; i++)
			plans += str_equal(plan->queues[i],
			    str_from(queue->object.sid));
	}
	return queue->plans == plans;
}

static bool
counts_members(const struct task_queue *queue)
{
	struct object *object = NULL;
	const struct membership *membership;

	while ((object = next_of(KIND_ACTIVITY, object)) != NULL) {
		const struct activity *activity = (struct activity *)object;
		size_t members = 0;
		LIST_FOREACH(membership, &queue->members, of_queue)
			members += membership->worker->activity == activity;
		if (presence_in(queue, activity) != members)
			return false;
	}
	return true;
}

/* Each configuration is the current one or one by which Tasks go. */
static bool
is_needed(const struct workflow_revision *revision)
{
	struct object *object = NULL;
	size_t tasks = 0;

	while ((object = next_of(KIND_TASK, object)) != NULL)
		tasks += ((struct task *)object)->step.revision == revision;
	return revision->tasks == tasks &&
	    (tasks > 0 || revision->workflow->revision == revision);
}

static bool
is_counted(const struct object *object)
{
	switch ((int)object->kind) {
	case KIND_ACTIVITY:
		return counts_activity((const struct activity *)object);
	case KIND_TASK_QUEUE:
		return counts_plans((const struct task_queue *)object) &&
		    counts_members((const struct task_queue *)object);
	default:
		return is_needed((const struct workflow_revision *)object);
	}
}

static void
check_counts(const struct row *row)
{
	static const enum kind kinds[] = {
		KIND_ACTIVITY, KIND_TASK_QUEUE, KIND_WORKFLOW_REVISION};
	bool counted = true;

	for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++) {
		struct object *object = NULL;
		while ((object = next_of(kinds[i], object)) != NULL)
			counted = counted && is_counted(object);
	}
	ok(counted, "%s %s: counts", row->section, row->what);
}

/* All but the last line, whose events are those to be looked at. */
static const char *
prepare(const char *requests)
{
	const char *last = strrchr(requests, '\n');

	if (last == NULL)
		return requests;
	(void)routing_ask_all(&routing,
	    arena_str(&routing.arena,
		(struct str){requests, (size_t)(last - requests)})
		.at);
	return last + 1;
}

static void
test_rows(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		const char *last;

		routing_begin(&routing);
		if (rows[i].begins != NULL && rows[i].requests != NULL)
			(void)routing_ask_all(&routing, rows[i].begins);
		last = prepare(rows[i].requests != NULL ? rows[i].requests
							: rows[i].begins);
		(void)routing_events(&routing);
		(void)routing_ask(&routing, last);
		judge(&rows[i]);
		check_counts(&rows[i]);
		routing_end(&routing);
	}
}

/* ---- what rows cannot say */

static const char *
sid_of(enum kind kind, const char *name)
{
	return arena_str(&routing.arena,
	    str_from(routing_find(&routing, kind, name)->sid)).at;
}

static void
test_other_workspace(void)
{
	const char *queue;

	routing_begin(&routing);
	(void)routing_ask_all(&routing, multitasking);
	queue = sid_of(KIND_TASK_QUEUE, "Spanish");
	(void)routing_ask(&routing, "create Workspace: FriendlyName=Other");
	(void)routing_ask(&routing,
	    arena_format(&routing.arena,
		"create Workflow: FriendlyName=Any&Configuration="
		"{\"task_routing\":{\"default_filter\":{\"queue\":\"%s\"}}}",
		queue)
		.at);
	is_int(routing.refusal.status, 400,
	    "1.2 nothing is shared: the TaskQueue of another Workspace");
	routing_end(&routing);
}

static size_t
count_removed(enum kind kind)
{
	const struct router_effects *effects = router_effects(routing.router);
	const struct removal *removal;
	size_t count = 0;

	STAILQ_FOREACH(removal, &effects->removed, entry)
		count += removal->kind == kind;
	return count;
}

static const struct {
	enum kind kind;
	size_t count; /* of what is in the Workspace that is deleted */
} contents[] = {
	{KIND_WORKSPACE, 1},
	{KIND_ACTIVITY, 5},
	{KIND_TASK_CHANNEL, 5},
	{KIND_TASK_QUEUE, 2},
	{KIND_WORKFLOW, 1},
	{KIND_WORKFLOW_REVISION, 2},
	{KIND_WORKER, 2},
	{KIND_WORKER_CHANNEL, 10},
	{KIND_TASK, 4},
	{KIND_RESERVATION, 3},
};

/* Tasks of every kind of status, one that waits for a Worker, one by an
 * earlier configuration. */
static void
fill(void)
{
	(void)routing_ask_all(&routing, singletasking);
	(void)routing_ask_all(&routing,
	    "create TaskQueue: FriendlyName=Nobody&TargetWorkers=\n"
	    "create Worker: FriendlyName=Bob&ActivitySid=Available\n"
	    "create Task: Attributes={}\n"
	    "update Reservation #1: ReservationStatus=accepted\n"
	    "update Task #1: AssignmentStatus=completed\n"
	    "create Task: Attributes={}\n"
	    "update Worker Alice: ActivitySid=Available\n"
	    "create Task: Attributes={}\n"
	    "update Reservation #2: ReservationStatus=accepted\n"
	    "create Task: RoutingTarget=@Alice@&IgnoreCapacity=false\n"
	    "update Workflow Calls: Configuration="
	    "{\"task_routing\":{\"default_filter\":{\"queue\":\"@Nobody@\"}}}");
}

static void
test_workspace_deletion(void)
{
	routing_begin(&routing);
	(void)routing_ask(
	    &routing, "create Workspace: FriendlyName=Other&Template=FIFO");
	fill();
	(void)routing_events(&routing);
	(void)routing_ask(&routing, "delete Workspace Shop");
	is_int(routing.refusal.status, 0, "1.2 a Workspace is deleted");
	for (size_t i = 0; i < ARRAY_LENGTH(contents); i++)
		is_int((int64_t)count_removed(contents[i].kind),
		    (int64_t)contents[i].count, "1.2 and with it: %s",
		    kind_rows[contents[i].kind].noun);
	is_str(routing_events(&routing), "workspace.deleted",
	    "1.2 and the only event");
	ok(router_next_due(routing.router) == ROUTER_NEVER,
	    "1.2 no timer is left");
	is_str(routing_read(&routing, "Workspace #1.friendly_name"), "Other",
	    "1.2 another one stays");
	routing_end(&routing);
}

/* ---- limits */

/* One more than there is room for; a number is put behind each request. */
static const struct {
	const char *request;
	enum kind kind;
	size_t most;
	const char *refused;
} limits[] = {
	{"create Activity: FriendlyName=A", KIND_ACTIVITY, 100,
	    "A Workspace can have at most 100 Activities"},
	{"create TaskChannel: FriendlyName=A&UniqueName=a", KIND_TASK_CHANNEL,
	    15, "A Workspace can have at most 15 TaskChannels"},
	{"create TaskQueue: FriendlyName=A", KIND_TASK_QUEUE, 5000,
	    "A Workspace can have at most 5000 TaskQueues"},
	{"create Workflow: Configuration={\"task_routing\":{\"default_filter\":"
	 "{\"queue\":\"@Spanish@\"}}}&FriendlyName=A",
	    KIND_WORKFLOW, 1000,
	    "A Workspace can have at most 1000 Workflows"},
	{"create Worker: FriendlyName=A", KIND_WORKER, 15000,
	    "A Workspace can have at most 15000 Workers"},
};

static void
ask_numbered(const char *request, size_t number)
{
	char text[256];

	(void)snprintf(text, sizeof text, "%s%zu", request, number);
	(void)routing_ask(&routing, text);
}

static void
test_limit(size_t row)
{
	size_t *count;
	size_t number = 0;

	routing_begin(&routing);
	(void)routing_ask_all(&routing, multitasking);
	routing.unchecked = true;
	count = &routing.workspace->counts[limits[row].kind];
	while (*count < limits[row].most && routing.refusal.status == 0)
		ask_numbered(limits[row].request, number++);
	is_str(str_from(routing.refusal.text), "", "11 %s: as many as may be",
	    kind_rows[limits[row].kind].plural);
	ask_numbered(limits[row].request, number);
	is_str(str_from(routing.refusal.text), limits[row].refused,
	    "11 %s: and no more", kind_rows[limits[row].kind].plural);
	is_int((int64_t)*count, (int64_t)limits[row].most, "11 %s: counted",
	    kind_rows[limits[row].kind].plural);
	routing_end(&routing);
}

static void
test_workspaces_limit(void)
{
	routing_begin(&routing);
	routing.unchecked = true;
	for (size_t i = 0; i < 5000 && routing.refusal.status == 0; i++)
		ask_numbered("create Workspace: FriendlyName=W", i);
	is_str(str_from(routing.refusal.text), "",
	    "11 Workspaces: as many as may be");
	ask_numbered("create Workspace: FriendlyName=W", 5000);
	is_str(str_from(routing.refusal.text),
	    "An account can have at most 5000 Workspaces",
	    "11 Workspaces: and no more");
	routing_end(&routing);
}

/* ---- the EventCallbackUrl */

static void
test_event_callback_url(void)
{
	int64_t delivered;

	routing_begin(&routing);
	(void)routing_ask_all(&routing, multitasking);
	is_int(routing.workspace->delivered, 0, "1.3 no event was delivered");
	(void)routing_events(&routing);
	(void)routing_ask(
	    &routing, "update Workspace Shop: EventCallbackUrl=http://a/");
	ok(routing.workspace->delivered > 0 &&
		(uint64_t)routing.workspace->delivered <
		    STAILQ_FIRST(&router_effects(routing.router)->records)
			->number,
	    "1.3 an EventCallbackUrl is told what happens from then on");
	delivered = routing.workspace->delivered;
	(void)routing_ask(
	    &routing, "update Workspace Shop: EventCallbackUrl=http://b/");
	is_int(routing.workspace->delivered, delivered,
	    "1.3 another one is told what the one before was not");
	routing_end(&routing);
}

/* ---- configurations */

static void
test_revisions(void)
{
	const struct workflow *workflow;
	const struct workflow_revision *first;

	routing_begin(&routing);
	(void)routing_ask_all(&routing, multitasking);
	workflow = (struct workflow *)routing_find(
	    &routing, KIND_WORKFLOW, "Calls");
	first = workflow->revision;
	(void)routing_ask(&routing,
	    "update Workflow Calls: Configuration={ \"task_routing\":"
	    "{\"default_filter\":{\"queue\":\"@Spanish@\"}}}");
	ok(workflow->revision == first,
	    "1.8 the same configuration is no new one");
	(void)routing_ask(&routing,
	    "update Workflow Calls: Configuration={\"task_routing\":"
	    "{\"default_filter\":{\"queue\":\"@Everybody@\"}}}");
	is_str(workflow->revision->configuration, workflow->configuration.at,
	    "1.8 another one is");
	is_int((int64_t)routing.workspace->counts[KIND_WORKFLOW_REVISION], 1,
	    "1.8 and the one before goes with its last Task");
	routing_end(&routing);
}

/* ---- names of Workers */

static void
test_names(void)
{
	static const char *const names[] = {"Mia", "a", "AB", "Abc", "z", "\xc3\x84",
		"aa", "B"};
	const struct {
		const char *name, *found;
	} rows_of_names[] = {
		{"mia", "Mia"},
		{"A", "a"},
		{"ab", "AB"},
		{"abc", "Abc"},
		{"Z", "z"},
		{"\xc3\x84", "\xc3\x84"},
		{"\xc3\xa4", NULL}, /* of ASCII alone the case is ignored */
		{"b", "B"},
		{"", NULL},
		{"mi", NULL},
		{"miaa", NULL},
	};

	routing_begin(&routing);
	(void)routing_ask(&routing, "create Workspace: FriendlyName=Shop");
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
		(void)routing_ask(&routing,
		    arena_format(&routing.arena,
			"create Worker: FriendlyName=%s", names[i])
			.at);
	for (size_t i = 0; i < ARRAY_LENGTH(rows_of_names); i++) {
		const struct worker *worker = worker_by_name(
		    routing.workspace, str_from(rows_of_names[i].name));

		is_str(worker != NULL ? worker->friendly_name : STR_NONE,
		    rows_of_names[i].found, "1.5 by name: \"%s\"",
		    rows_of_names[i].name);
	}
	routing_end(&routing);
}

int
main(void)
{
	test_rows();
	test_other_workspace();
	test_workspace_deletion();
	for (size_t i = 0; i < ARRAY_LENGTH(limits); i++)
		test_limit(i);
	test_workspaces_limit();
	test_event_callback_url();
	test_revisions();
	test_names();
	return tap_done();
}
