using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;

namespace Skerry.Gossip.Driver;

/// <summary>
/// Application messages that wait for their reader: at most 4096 of them and 64 MiB together, so that a slow reader costs messages and never
/// memory. Above the count the oldest goes, above the bytes the newest; both are counted.
/// </summary>
internal sealed class ApplicationInbox : ChannelReader<ApplicationMessage>
{
    private const int MaxMessages = 4096;
    private const long MaxBytes = 64 * 1024 * 1024;

    private readonly Channel<ApplicationMessage> _messages;
    private readonly GossipMetrics _metrics;
    private long _bytes;

    public ApplicationInbox(GossipMetrics metrics)
    {
        _metrics = metrics;
        var bounds = new BoundedChannelOptions(MaxMessages) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true };
        _messages = Channel.CreateBounded<ApplicationMessage>(bounds, OnDropped);
    }

    public override Task Completion => _messages.Reader.Completion;

    public override bool CanCount => true;

    public override int Count => _messages.Reader.Count;

    public void Add(ApplicationMessage message)
    {
        if (Interlocked.Add(ref _bytes, message.Payload.Length) > MaxBytes) OnDropped(message);
        else if (!_messages.Writer.TryWrite(message)) Interlocked.Add(ref _bytes, -message.Payload.Length);
    }

    public void Complete() => _messages.Writer.TryComplete();

    public override bool TryRead([MaybeNullWhen(false)] out ApplicationMessage item)
    {
        if (!_messages.Reader.TryRead(out item)) return false;
        Interlocked.Add(ref _bytes, -item.Payload.Length);
        return true;
    }

    public override ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default) => _messages.Reader.WaitToReadAsync(cancellationToken);

    private void OnDropped(ApplicationMessage message)
    {
        Interlocked.Add(ref _bytes, -message.Payload.Length);
        _metrics.ApplicationDropped();
    }
}
