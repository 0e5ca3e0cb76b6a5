using Skerry.Agent.CommandLine;
using Skerry.Agent.Configuration;

namespace Skerry.Agent.Tests.CommandLine;

/// <summary><c>skerry ca</c>, and what a configuration makes of the files it writes.</summary>
public sealed class CaTests : IDisposable
{
    private readonly TestPlace _place = new();

    private string Authority => _place.File("ca");

    [Fact]
    public async Task Secrets_are_for_their_owner_alone_and_nothing_is_overwritten()
    {
        await InitAsync();
        await IssueAsync("shop-1");
        foreach (var file in new[] { Path.Combine(Authority, "authority.pem"), _place.File("shop-1.pem") })
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        var again = await CommandLineRun.OfAsync("ca", "init", "--directory", Authority);
        Assert.Equal(ExitCode.Failed, again.ExitCode);
        Assert.Contains("is not overwritten", again.Errors, StringComparison.Ordinal);
        again = await CommandLineRun.OfAsync("ca", "issue", "--name", "shop-1", "--group", "shop", "--out", _place.File("shop-1.pem"), "--directory", Authority);
        Assert.Equal(ExitCode.Failed, again.ExitCode);
    }

    [Fact]
    public async Task A_credential_shows_whose_it_is_and_keeps_its_secrets()
    {
        var key = await InitAsync();
        await IssueAsync("shop-1", "--ttl", "1h");
        var shown = await CommandLineRun.OfAsync("ca", "show", _place.File("shop-1.pem"));
        Assert.Contains("shop-1 of shop is 12D3KooW", shown.Output, StringComparison.Ordinal);
        Assert.Contains(key, shown.Output, StringComparison.Ordinal);
        var loaded = Load($"credentialFile: '{_place.File("shop-1.pem")}'");
        Assert.Equal(TimeSpan.FromHours(1), loaded.Mesh.Credential!.NotAfter - loaded.Mesh.Credential.NotBefore);
        Assert.Equal(loaded.Mesh.Credential.GossipKey.ToArray(), Assert.Single(loaded.GossipKeys).ToArray());
    }

    [Theory]
    [InlineData("issue", "--name", "no name", "--group", "shop")]
    [InlineData("issue", "--name", "shop-1", "--group", "shop", "--ttl", "tomorrow")]
    [InlineData("issue", "--name", "shop-1", "--group", "shop", "--ttl", "400d")]
    [InlineData("revoke", "no name")]
    public async Task What_cannot_be_issued_or_revoked_is_refused(params string[] arguments)
    {
        await InitAsync();
        Assert.Equal(ExitCode.Usage, (await CommandLineRun.OfAsync(["ca", .. arguments, "--directory", Authority])).ExitCode);
    }

    [Fact]
    public async Task Revocations_are_numbered_and_read_with_the_authority_that_made_them()
    {
        var key = await InitAsync();
        await IssueAsync("shop-1");
        var list = Path.Combine(Authority, "revocations.pem");
        var configuration = $"credentialFile: '{_place.File("shop-1.pem")}'\nrevocationFile: '{list}'";
        Assert.Empty(Load(configuration).Mesh.Revocations.Entries);
        await CommandLineRun.OfAsync("ca", "revoke", "shop-2", "--directory", Authority);
        var peer = Load(configuration).Mesh.Credential!.Peer.ToString();
        var shown = await CommandLineRun.OfAsync("ca", "revoke", peer, "--directory", Authority);
        Assert.Contains("list 2, 2 revoked", shown.Output, StringComparison.Ordinal);
        Assert.Contains("by naming its directory", (await CommandLineRun.OfAsync("ca", "show", list)).Errors, StringComparison.Ordinal);
        Assert.Equal(shown.Output, (await CommandLineRun.OfAsync("ca", "show", Authority)).Output);
        var read = Load(configuration).Mesh.Revocations;
        Assert.Equal((2ul, "shop-2", peer), (read.Number, read.Entries[0].Node, read.Entries[1].Peer.ToString()));
        Assert.Equal(2ul, Load($"key: {MeshKey.Generate()}\ntrustedAuthority: {key}\nrevocationFile: '{list}'").Mesh.Revocations.Number);
        var other = Assert.Throws<ConfigurationRefusedException>(() => Load($"trustedAuthority: {MeshKey.Generate()}\nrevocationFile: '{list}'"));
        Assert.Contains("is signed by another authority", other.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_credential_for_another_node_is_refused()
    {
        await InitAsync();
        await IssueAsync("shop-2");
        var refused = Assert.Throws<ConfigurationRefusedException>(() => Load($"credentialFile: '{_place.File("shop-2.pem")}'"));
        Assert.Contains("is for node shop-2 of group shop; this is node shop-1 of shop", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_authority_over_a_mesh_key_shares_the_gossip_of_those_that_have_the_key()
    {
        var key = MeshKey.Generate();
        File.WriteAllText(_place.File("key"), key + "\n");
        await InitAsync("--key-file", _place.File("key"));
        await IssueAsync("shop-1");
        var (derived, issued) = (Load($"key: {key}"), Load($"credentialFile: '{_place.File("shop-1.pem")}'\nsecondKey: {key}"));
        Assert.Equal(Assert.Single(derived.GossipKeys).ToArray(), Assert.Single(issued.GossipKeys).ToArray());
    }

    [Fact]
    public void A_running_node_believes_what_is_new_and_stays_who_it_is()
    {
        var (old, next, list) = (MeshKey.Generate(), MeshKey.Generate(), Skerry.Tunnel.MeshAuthority.Create());
        var running = Load($"key: {old}").Mesh;
        var both = running.Taking(Load($"key: {next}\nsecondKey: {old}").Mesh);
        Assert.Equal([old, next], both.Keys.Select(key => Convert.ToBase64String(key.Span)));
        Assert.Equal([old], running.Taking(Load("").Mesh).Keys.Select(key => Convert.ToBase64String(key.Span)));
        var newer = running with { Revocations = list.Revoke(list.RevokeNothing(), new Skerry.Tunnel.Revocation("a", default, DateTimeOffset.UnixEpoch)) };
        Assert.Equal(1ul, newer.Taking(running).Revocations.Number);
    }

    public void Dispose() => _place.Dispose();

    private static LoadedConfiguration Load(string text) => new ConfigurationFile("FILE", []).Parse("node: { name: shop-1, group: shop }\n" + text);

    private async Task<string> InitAsync(params string[] more)
    {
        var run = await CommandLineRun.OfAsync(["ca", "init", "--directory", Authority, .. more]);
        Assert.Equal(ExitCode.Success, run.ExitCode);
        return run.Output.Trim();
    }

    private async Task IssueAsync(string name, params string[] more)
    {
        var run = await CommandLineRun.OfAsync(["ca", "issue", "--name", name, "--group", "shop", "--out", _place.File(name + ".pem"), "--directory", Authority, .. more]);
        Assert.Equal(ExitCode.Success, run.ExitCode);
    }
}
