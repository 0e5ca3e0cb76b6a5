using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

using Skerry.Libp2p.Wire;

namespace Skerry.Libp2p.Driver;

/// <summary>
/// The addresses that a name stands for, <c>/dnsaddr/NAME</c>: they are in the text records of <c>_dnsaddr.NAME</c>, and may be such names themselves
/// (multiformats multiaddr, protocols/DNSADDR.md). The framework looks up no text records, so the question is asked here, over TCP, where no answer is cut short.
/// </summary>
/// <param name="servers">Whom to ask, the first that answers; none: the system's.</param>
internal sealed class DnsAddresses(IReadOnlyList<IPEndPoint> servers)
{
    private const string Configuration = "/etc/resolv.conf";
    private const string Prefix = "dnsaddr=";
    private const int Port = 53;

    /// <summary>Names behind names are followed so far.</summary>
    private const int MaxDepth = 4;

    /// <summary>Addresses taken of one name in all, and names asked about.</summary>
    private const int MaxAddresses = 32;

    /// <summary>In the third byte of a question: the server is to ask others (RFC 1035, section 4.1.1).</summary>
    private const byte RecursionDesired = 0x01;

    /// <summary>Whether an address is such a name.</summary>
    public static bool Is(Multiaddr address) => address.Parts[0].Protocol.Name == "dnsaddr";

    /// <summary>Looks up what a name stands for; of several peers those that the address names, if it does.</summary>
    /// <exception cref="Libp2pException">No server answers, or the name stands for nothing.</exception>
    public async Task<IReadOnlyList<Multiaddr>> ResolveAsync(Multiaddr address, CancellationToken cancel)
    {
        var found = new List<Multiaddr>();
        var names = new Queue<(Multiaddr Name, int Depth)>([(address, 0)]);
        for (var asked = 0; asked < MaxAddresses && names.TryDequeue(out var next); asked++)
        {
            foreach (var text in await AskAsync(Encoding.ASCII.GetString(next.Name.Parts[0].Value), cancel).ConfigureAwait(false))
            {
                if (!text.StartsWith(Prefix, StringComparison.Ordinal) || !Multiaddr.TryParse(text[Prefix.Length..], out var named)) continue;
                if (address.PeerId is { } wanted && named.PeerId is { } other && other != wanted) continue;
                if (!Is(named)) found.Add(address.PeerId is { } peer ? named.WithPeer(peer) : named);
                else if (next.Depth < MaxDepth) names.Enqueue((named, next.Depth + 1));
            }
        }

        if (found.Count == 0) throw new Libp2pException($"{address} stands for no address.");
        return [.. found.Distinct().Take(MaxAddresses)];
    }

    private static async Task<IReadOnlyList<IPEndPoint>> ReadSystemAsync(CancellationToken cancel)
    {
        var found = new List<IPEndPoint>();
        if (!File.Exists(Configuration)) return found;
        foreach (var line in await File.ReadAllLinesAsync(Configuration, cancel).ConfigureAwait(false))
        {
            var words = line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (words is ["nameserver", var server, ..] && IPAddress.TryParse(server, out var ip)) found.Add(new IPEndPoint(ip, Port));
        }

        return found;
    }

    /// <summary>The texts of a name, from the first server that answers.</summary>
    private async Task<IEnumerable<string>> AskAsync(string name, CancellationToken cancel)
    {
        var question = DnsCodec.Encode(new DnsMessage(0, IsAnswer: false, [new DnsQuestion("_dnsaddr." + name, DnsType.Txt)], [], []));
        question[2] |= RecursionDesired;
        var asked = servers.Count > 0 ? servers : await ReadSystemAsync(cancel).ConfigureAwait(false);
        foreach (var server in asked)
        {
            try
            {
                var bytes = await AskAsync(server, question, cancel).ConfigureAwait(false);
                if (DnsCodec.TryDecode(bytes, out var answer)) return answer.Answers.Where(record => record.Type == DnsType.Txt).Select(record => string.Concat(record.Texts()));
            }
            catch (Exception failed) when (failed is SocketException or IOException or Libp2pException)
            {
                // Another one may know.
            }
        }

        throw new Libp2pException($"/dnsaddr/{name} cannot be looked up: none of {asked.Count} name servers answers.");
    }

    /// <summary>One question and its answer, each with its length before it (RFC 7766, section 8).</summary>
    private static async Task<byte[]> AskAsync(IPEndPoint server, byte[] question, CancellationToken cancel)
    {
        using var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(server, cancel).ConfigureAwait(false);
        var stream = new NetworkStream(socket);
        await using var _ = stream.ConfigureAwait(false);
        var framed = new byte[2 + question.Length];
        BinaryPrimitives.WriteUInt16BigEndian(framed, (ushort)question.Length);
        question.CopyTo(framed, 2);
        await stream.WriteAsync(framed, cancel).ConfigureAwait(false);
        var head = new byte[2];
        await stream.ReadWholeAsync(head, cancel).ConfigureAwait(false);
        var answer = new byte[BinaryPrimitives.ReadUInt16BigEndian(head)];
        await stream.ReadWholeAsync(answer, cancel).ConfigureAwait(false);
        return answer;
    }
}
