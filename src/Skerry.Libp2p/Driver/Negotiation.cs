using Skerry.Libp2p.Core.Multistream;
using Skerry.Libp2p.Wire;

namespace Skerry.Libp2p.Driver;

/// <summary>Runs multistream-select over a channel.</summary>
internal static class Negotiation
{
    /// <summary>Proposes protocols, the best first.</summary>
    /// <exception cref="Libp2pException">The other side speaks none of them.</exception>
    public static Task<string> ProposeAsync(Stream channel, IReadOnlyList<string> wanted, CancellationToken cancel) =>
        RunAsync(channel, MultistreamCore.Dialler(wanted), giveUpWaiting: null, wanted, cancel);

    /// <summary>All that is said to a peer that is known to speak a protocol; its answer is the same.</summary>
    public static byte[] Proposal(string protocol) => [.. MultistreamCodec.Encode(MultistreamCore.Version), .. MultistreamCodec.Encode(protocol)];

    /// <summary>Answers proposals.</summary>
    /// <exception cref="Libp2pException">The other side proposed nothing that is spoken here.</exception>
    public static Task<string> AnswerAsync(Stream channel, Func<string, bool> speaks, CancellationToken cancel) =>
        RunAsync(channel, MultistreamCore.Listener(speaks), giveUpWaiting: null, [], cancel);

    /// <summary>Answers proposals, and makes them when none come: the other side, too, may believe that it was called.</summary>
    /// <param name="channel">The way there.</param>
    /// <param name="spoken">What is spoken here, the best first.</param>
    /// <param name="silence">How long to wait for a proposal.</param>
    /// <param name="time">Measures it.</param>
    /// <param name="cancel">Gives up.</param>
    /// <returns>What was agreed on, and whether this side proposed it.</returns>
    /// <exception cref="Libp2pException">There is nothing that both speak.</exception>
    public static async Task<(string Protocol, bool IsDialler)> AnswerOrProposeAsync(Stream channel, IReadOnlyList<string> spoken, TimeSpan silence, TimeProvider time, CancellationToken cancel)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var core = MultistreamCore.Listener(spoken.Contains);
        var protocol = await RunAsync(channel, core, Task.Delay(silence, time, over.Token), spoken, cancel).ConfigureAwait(false);
        await over.CancelAsync().ConfigureAwait(false);
        return (protocol, core.IsDialler);
    }

    private static async Task<string> RunAsync(Stream channel, MultistreamCore core, Task? giveUpWaiting, IReadOnlyList<string> spoken, CancellationToken cancel)
    {
        while (true)
        {
            await SendAsync(channel, core, cancel).ConfigureAwait(false);
            if (core.Failure is { } failure) throw new Libp2pException($"No protocol was agreed on: {failure}.");
            if (core.Selected is { } selected) return selected;
            var text = await (giveUpWaiting is null || core.IsAsked || core.IsDialler
                ? channel.ReadPrefixedAsync(MultistreamCodec.MaxLength, cancel).ConfigureAwait(false)
                : ReadOrLeadAsync(channel, core, giveUpWaiting, spoken, cancel).ConfigureAwait(false));
            if (!MultistreamCodec.TryDecode(text, out var word)) throw new Libp2pException("No protocol was agreed on: the peer sends what is no word.");
            core.Receive(word);
        }
    }

    private static async ValueTask<byte[]> ReadOrLeadAsync(Stream channel, MultistreamCore core, Task giveUpWaiting, IReadOnlyList<string> spoken, CancellationToken cancel)
    {
        var reading = channel.ReadPrefixedAsync(MultistreamCodec.MaxLength, cancel).AsTask();
        if (await Task.WhenAny(reading, giveUpWaiting).ConfigureAwait(false) != reading)
        {
            core.TakeLead(spoken);
            await SendAsync(channel, core, cancel).ConfigureAwait(false);
        }

        // A part of a word may have come: the same read goes on.
        return await reading.ConfigureAwait(false);
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
