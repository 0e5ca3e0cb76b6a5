using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Net;

using Skerry.Primitives;

namespace Skerry.Proxy;

/// <summary>Names of services and nodes as DNS (RFC 1035): the key <c>proxy.dns</c>.</summary>
public sealed record DnsOptions
{
    /// <summary>Where it answers when nothing is said.</summary>
    public static readonly IPEndPoint DefaultListen = new(IPAddress.Loopback, 8600);

    /// <summary>Whether names are answered at all.</summary>
    [Reloadable, Description("Whether names are answered at all.")]
    public bool Enable { get; init; } = true;

    /// <summary>Where it answers, UDP and TCP alike; null: <see cref="DefaultListen"/> if it is free.</summary>
    [Reloadable, Description("Where it answers, UDP and TCP alike. Absent: 127.0.0.1:8600, and when another program has that, a warning instead of an error. Port 0 takes a free one.")]
    public IPEndPoint? Listen { get; init; }

    /// <summary>The domain that all names are under.</summary>
    [Reloadable, RegularExpression("[a-z0-9-]{1,63}(\\.[a-z0-9-]{1,63}){0,3}", ErrorMessage = "up to four labels of a-z, 0-9 and '-'"), Description("The domain that all names are under.")]
    public string Domain { get; init; } = "skerry";

    /// <summary>For how long an answer may be kept; zero: not at all. At most a day.</summary>
    [Reloadable, Range(typeof(TimeSpan), "00:00:00", "1.00:00:00"), Description("For how long an answer may be kept, in whole seconds. 0: not at all, so that an instance that dies is in no answer.")]
    public TimeSpan Ttl { get; init; }

    /// <summary>Who is asked for names outside the domain; none: they are refused.</summary>
    [Reloadable, Description("Servers that are asked, one after the other, for names outside the domain. None: such names are refused.")]
    public ImmutableArray<IPEndPoint> Recursors { get; init; } = [];
}
