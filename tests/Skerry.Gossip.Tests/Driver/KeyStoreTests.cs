using System.Net;
using System.Text.Json;

using Microsoft.Extensions.Logging.Abstractions;

using Skerry.Gossip.Core;
using Skerry.Gossip.Core.Messages;
using Skerry.Gossip.Driver;

namespace Skerry.Gossip.Tests.Driver;

public sealed class KeyStoreTests : IDisposable
{
    private static readonly byte[] First = [.. Enumerable.Repeat((byte)1, 32)];
    private static readonly byte[] Second = [.. Enumerable.Repeat((byte)2, 16)];

    private readonly string _directory = Directory.CreateTempSubdirectory("skerry-test-").FullName;

    private string Path => System.IO.Path.Combine(_directory, "keyring");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Keys_changed_by_members_survive_a_restart()
    {
        var store = Open(First);
        Assert.True(Change(store, "_serf_install-key", Second).Result);
        Assert.True(Change(store, "_serf_use-key", Second).Result);
        Assert.True(Change(store, "_serf_remove-key", First).Result);
        Assert.Equal([Convert.ToBase64String(Second)], JsonSerializer.Deserialize<string[]>(File.ReadAllText(Path))!);
        Assert.Equal(Second, Open(First).Ring.Primary.Span);
    }

    [Fact]
    public void The_file_is_for_its_owner_alone()
    {
        Open(First);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path));
    }

    [Fact]
    public void A_listing_names_all_keys_and_the_primary()
    {
        var store = Open(First);
        Change(store, "_serf_install-key", Second);
        var listing = Change(store, "_serf_list-keys", []);
        Assert.Equal([Convert.ToBase64String(First), Convert.ToBase64String(Second)], listing.Keys);
        Assert.Equal(Convert.ToBase64String(First), listing.PrimaryKey);
    }

    [Fact]
    public void Keys_of_the_configuration_take_the_place_of_all_and_gossip_never_goes_over_to_clear()
    {
        var store = Open(First);
        Assert.True(store.TryReplace([ByteString.CopyOf(Second), ByteString.CopyOf(First), ByteString.CopyOf(Second)]));
        Assert.Equal([Second, First], store.Ring.Keys.Select(key => key.Span.ToArray()));
        Assert.False(store.TryReplace([]));
        Assert.False(store.TryReplace([ByteString.CopyOf(new byte[15])]));
        Assert.Equal(Second, store.Ring.Primary.Span);
    }

    [Theory]
    [InlineData("_serf_install-key", 15)]
    [InlineData("_serf_use-key", 24)]
    public void What_cannot_be_is_refused_and_said_so(string operation, int length)
    {
        var response = Change(Open(First), operation, new byte[length]);
        Assert.False(response.Result);
        Assert.NotEmpty(response.Message);
    }

    [Fact]
    public void The_primary_stays()
    {
        var store = Open(First);
        Assert.False(Change(store, "_serf_remove-key", First).Result);
        Assert.Equal(First, store.Ring.Primary.Span);
    }

    [Fact]
    public void A_change_that_cannot_be_kept_is_not_made()
    {
        var store = Open(First);
        Directory.CreateDirectory(Path + ".new"); // stands where the new file would be written
        Assert.False(Change(store, "_serf_install-key", Second).Result);
        Assert.Single(store.Ring.Keys);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("[\"AAAA\"]")]
    [InlineData("[\"not base64\"]")]
    [InlineData("{\"keys\":[]}")]
    public void A_keyring_that_cannot_be_read_stops_the_start_and_names_the_file(string content)
    {
        File.WriteAllText(Path, content);
        var refused = Assert.Throws<GossipException>(() => Open(First));
        Assert.Contains(Path, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_keys_there_is_nothing_to_change()
    {
        var store = KeyStore.Open(new GossipOptions { NodeName = "one" }, NullLogger.Instance);
        Assert.False(Change(store, "_serf_install-key", First).Result);
        Assert.True(store.Ring.IsEmpty);
    }

    private KeyStore Open(byte[] key) => KeyStore.Open(new GossipOptions { NodeName = "one", Keys = [key], KeyringPath = Path }, NullLogger.Instance);

    private static KeyResponse Change(KeyStore store, string operation, byte[] key)
    {
        var from = NodeAddress.From(new IPEndPoint(IPAddress.Loopback, 1));
        var query = new Query(1, 1, from, "a", [], QueryFlags.None, 0, TimeSpan.FromSeconds(1), operation, ByteString.Empty);
        return store.Change(new KeyOperation(query, ByteString.Own(key)));
    }
}
