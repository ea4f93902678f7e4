require_relative 'seen'

run lambda { |env|
  body = env['rack.input'].read || ''
  value = seen(env['REQUEST_METHOD'], env['REQUEST_URI'], env['HTTP_HOST'], body)
  [200, { 'X-Seen' => value, 'Content-Length' => '2' }, ['ok']]
}
