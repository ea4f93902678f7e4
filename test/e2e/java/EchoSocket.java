import jakarta.websocket.OnMessage;
import jakarta.websocket.server.ServerEndpoint;
import java.nio.ByteBuffer;

/** Sends back what it gets over a WebSocket. */
@ServerEndpoint("/webapp/socket")
public final class EchoSocket {
    @OnMessage
    public ByteBuffer echo(ByteBuffer message) {
        return message;
    }
}
