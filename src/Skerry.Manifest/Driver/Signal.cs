using System.Threading.Channels;

namespace Skerry.Manifest.Driver;

/// <summary>Wakes one who waits, now or when it next waits; given twice before that, it wakes once.</summary>
internal sealed class Signal
{
    private readonly Channel<bool> _channel = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Give() => _channel.Writer.TryWrite(true);

    public ValueTask<bool> WaitAsync(CancellationToken cancellation) => _channel.Reader.ReadAsync(cancellation);
}
