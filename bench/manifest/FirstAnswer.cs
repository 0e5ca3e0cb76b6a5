using System.Diagnostics;

namespace Skerry.Bench.Manifest;

/// <summary>When the first message came of any of many calls.</summary>
internal sealed class FirstAnswer : TaskCompletionSource<long>, IStreamListener
{
    public FirstAnswer()
        : base(TaskCreationOptions.RunContinuationsAsynchronously)
    {
    }

    public void Message(Http2Connection connection, int stream, ReadOnlySpan<byte> message) => TrySetResult(Stopwatch.GetTimestamp());

    public void Ended(Http2Connection connection, int stream, bool hasAnswered)
    {
        // Calls that fail are asked again by others.
    }
}
