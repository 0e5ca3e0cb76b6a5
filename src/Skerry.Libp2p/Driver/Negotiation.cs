using Skerry.Libp2p.Core.Multistream;
using Skerry.Libp2p.Wire;

namespace Skerry.Libp2p.Driver;

/// <summary>Runs multistream-select over a channel.</summary>
internal static class Negotiation
{
    /// <summary>Proposes protocols, the best first.</summary>
    /// <exception cref="Libp2pException">The other side speaks none of them.</exception>
    public static Task<string> ProposeAsync(Stream channel, IReadOnlyList<string> wanted, CancellationToken cancel) =>
        RunAsync(channel, MultistreamCore.Dialler(wanted), cancel);

    /// <summary>Answers proposals.</summary>
    /// <exception cref="Libp2pException">The other side proposed nothing that is spoken here.</exception>
    public static Task<string> AnswerAsync(Stream channel, Func<string, bool> speaks, CancellationToken cancel) =>
        RunAsync(channel, MultistreamCore.Listener(speaks), cancel);

    private static async Task<string> RunAsync(Stream channel, MultistreamCore core, CancellationToken cancel)
    {
        while (true)
        {
            await SendAsync(channel, core, cancel).ConfigureAwait(false);
            if (core.Failure is { } failure) throw new Libp2pException($"No protocol was agreed on: {failure}.");
            if (core.Selected is { } selected) return selected;
            var text = await channel.ReadPrefixedAsync(MultistreamCodec.MaxLength, cancel).ConfigureAwait(false);
            if (!MultistreamCodec.TryDecode(text, out var word)) throw new Libp2pException("No protocol was agreed on: the peer sends what is no word.");
            core.Receive(word);
        }
    }

    private static async Task SendAsync(Stream channel, MultistreamCore core, CancellationToken cancel)
    {
        var bytes = new List<byte>();
        while (core.TryTake(out var word)) bytes.AddRange(MultistreamCodec.Encode(word));
        if (bytes.Count == 0) return;
        await channel.WriteAsync(bytes.ToArray(), cancel).ConfigureAwait(false);
        await channel.FlushAsync(cancel).ConfigureAwait(false);
    }
}
