import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A browser's part: a WebSocket that lives for long. Arguments: URL, truststore, its type and its password. Speaks on standard input and
 * output as ModelingClient does. The property jdk.net.hosts.file tells where the URL's host is.
 */
public final class WebSocketClient {
    private static final BlockingQueue<byte[]> RECEIVED = new LinkedBlockingQueue<>();

    public static void main(String[] args) throws Exception {
        WebSocket socket = HttpClient.newBuilder()
                .sslContext(Trust.in(args[1], args[2], args[3]))
                .build()
                .newWebSocketBuilder()
                .buildAsync(URI.create(args[0]), new Listener())
                .get(20, TimeUnit.SECONDS);
        System.out.println("connected WebSocket");

        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in));
        Random random = new Random();
        for (String line = commands.readLine(); line != null; line = commands.readLine()) {
            byte[] sent = new byte[Integer.parseInt(line)];
            random.nextBytes(sent);
            socket.sendBinary(ByteBuffer.wrap(sent), true).get(20, TimeUnit.SECONDS);
            byte[] received = RECEIVED.poll(20, TimeUnit.SECONDS);
            System.out.println(Arrays.equals(sent, received) ? "echoed " + sent.length : "lost bytes differ");
        }
        System.exit(0);
    }

    private static final class Listener implements WebSocket.Listener {
        private final ByteArrayOutputStream message = new ByteArrayOutputStream();

        @Override
        public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
            byte[] bytes = new byte[data.remaining()];
            data.get(bytes);
            message.writeBytes(bytes);
            if (last) {
                RECEIVED.add(message.toByteArray());
                message.reset();
            }
            socket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            return lost("closed with code " + code + " " + reason);
        }

        @Override
        public void onError(WebSocket socket, Throwable error) {
            lost(error.toString());
        }

        private static CompletionStage<?> lost(String why) {
            System.out.println("lost " + why);
            System.exit(1);
            return null;
        }
    }
}
