require 'webrick'
require_relative 'seen'

# webrick_origin.rb <port>
server = WEBrick::HTTPServer.new(BindAddress: '127.0.0.1', Port: ARGV[0].to_i, AccessLog: [])

# Any method: what it does not know would be refused by the servlet, not by the parser.
class Answer < WEBrick::HTTPServlet::AbstractServlet
  def service(request, response)
    body = request.body || ''
    response['X-Seen'] = seen(request.request_method, request.unparsed_uri, request['Host'], body)
    response.body = 'ok'
  end
end

server.mount('/', Answer)
trap('TERM') { server.shutdown }
server.start
