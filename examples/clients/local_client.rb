# SPDX-License-Identifier: MIT
# For Twilio's library for Ruby. NOT RUN by the tests; it was tried by hand with version 7.11.1.
#
# Uses taskrouterd where TASKROUTER_API_URL is set, and Twilio where it is not. The library makes every request by its
# HTTP client; this one puts another address in front of the path.
#
#   gem install twilio-ruby && ruby local_client.rb
require 'json'
require 'twilio-ruby'

class LocalClient < Twilio::HTTP::Client
  def request(host, port, method, url, *rest)
    local = url.sub('https://taskrouter.twilio.com', ENV.fetch('TASKROUTER_API_URL'))
    super(host, port, method, local, *rest)
  end
end

client = Twilio::REST::Client.new(ENV.fetch('TWILIO_ACCOUNT_SID'), ENV.fetch('TWILIO_AUTH_TOKEN'))
client.http_client = LocalClient.new if ENV.key?('TASKROUTER_API_URL')
workspaces = client.taskrouter.v1.workspaces
workspaces.list.each { |workspace| puts "#{workspace.sid} #{workspace.friendly_name}" }
task = client.taskrouter.v1.workspaces(ENV.fetch('TASKROUTER_WORKSPACE_SID')).tasks.create(
  workflow_sid: ENV.fetch('TASKROUTER_WORKFLOW_SID'),
  attributes: JSON.generate(selected_language: 'es')
)
puts "#{task.sid} #{task.assignment_status}"
