<?php
// SPDX-License-Identifier: MIT
// For Twilio's library for PHP, with PHP 8. NOT RUN by the tests; it was tried by hand with version 8.12.0.
//
// Uses taskrouterd where TASKROUTER_API_URL is set, and Twilio where it is not. The library makes every request by its HTTP
// client; this one puts another address in front of the path.
//
//   composer require twilio/sdk && php local-client.php
require 'vendor/autoload.php';

class LocalClient extends Twilio\Http\CurlClient
{
    public function request(string $method, string $url, ...$rest): Twilio\Http\Response
    {
        $url = str_replace('https://taskrouter.twilio.com', getenv('TASKROUTER_API_URL'), $url);
        return parent::request($method, $url, ...$rest);
    }
}

$local = getenv('TASKROUTER_API_URL') ? new LocalClient() : null;
$taskrouter = (new Twilio\Rest\Client(null, null, null, null, $local))->taskrouter->v1;
foreach ($taskrouter->workspaces->read() as $workspace) {
    echo "$workspace->sid $workspace->friendlyName\n";
}
$task = $taskrouter->workspaces(getenv('TASKROUTER_WORKSPACE_SID'))->tasks->create([
    'workflowSid' => getenv('TASKROUTER_WORKFLOW_SID'),
    'attributes' => json_encode(['selected_language' => 'es']),
]);
echo "$task->sid $task->assignmentStatus\n";
