using System.Security.Cryptography;
using System.Text;

using Skerry.Proxy.Balancing;
using Skerry.Proxy.Dns;

namespace Skerry.Proxy.Socks;

/// <summary>How SOCKS clients are served, as it is now.</summary>
/// <param name="Names">What names stand for.</param>
/// <param name="Balancer">Chooses instances.</param>
/// <param name="User">Bytes of the name that clients must give; none: nothing is asked for.</param>
/// <param name="Password">Bytes of the password that clients must give.</param>
internal sealed record SocksTerms(SocksNames Names, IBalancer Balancer, byte[] User, byte[] Password)
{
    public bool AsksForPassword => User.Length > 0;

    public static SocksTerms Of(ProxyOptions options, ProxyIdentity identity) => new(
        new SocksNames(new DnsNames(options.Dns.Domain), identity, options.Socks.AllowNodes),
        Balancers.For(options.Socks.Policy),
        Encoding.UTF8.GetBytes(options.Socks.User),
        Encoding.UTF8.GetBytes(options.Socks.Password));

    /// <summary>Takes as long for a wrong guess as for a right one.</summary>
    public bool Takes(ReadOnlySpan<byte> user, ReadOnlySpan<byte> password) =>
        CryptographicOperations.FixedTimeEquals(SHA256.HashData(user), SHA256.HashData(User))
        & CryptographicOperations.FixedTimeEquals(SHA256.HashData(password), SHA256.HashData(Password));
}
