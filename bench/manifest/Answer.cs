using Google.Protobuf;

namespace Skerry.Bench.Manifest;

/// <summary>The answer to one question.</summary>
internal sealed class Answer<T>(MessageParser<T> parser) : TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously), IStreamListener
    where T : IMessage<T>
{
    public void Message(Http2Connection connection, int stream, ReadOnlySpan<byte> message) => TrySetResult(parser.ParseFrom(message));

    public void Ended(Http2Connection connection, int stream, bool hasAnswered)
    {
        if (!hasAnswered) TrySetException(new IOException("The call failed."));
    }
}
