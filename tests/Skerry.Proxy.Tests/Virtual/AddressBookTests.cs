using System.Net;

using Skerry.Proxy.Virtual;

namespace Skerry.Proxy.Tests.Virtual;

/// <summary>Which address a name has.</summary>
public sealed class AddressBookTests
{
    private static readonly HashSet<string> Nobody = [];

    [Fact]
    public void A_name_has_the_same_address_everywhere_and_after_every_start()
    {
        var network = IPNetwork.Parse("127.64.0.0/10");
        var address = new AddressBook(network, []).Assign("orders-db", Nobody)!;
        Assert.True(network.Contains(address));
        Assert.Equal(address, new AddressBook(network, []).Assign("orders-db", Nobody));
        // Written down, so that no later version moves it.
        Assert.Equal("127.72.93.46", address.ToString());
    }

    [Fact]
    public void Names_whose_address_is_taken_have_the_next_and_keep_it()
    {
        var network = IPNetwork.Parse("127.64.7.0/24");
        var book = new AddressBook(network, []);
        var names = Enumerable.Range(0, 254).Select(i => $"service-{i}").ToArray();
        var addresses = names.ToDictionary(name => name, name => book.Assign(name, names.ToHashSet())!);
        Assert.Equal(254, addresses.Values.Distinct().Count());
        Assert.All(addresses.Values, address => Assert.InRange(address.GetAddressBytes()[3], 1, 254));
        Assert.Null(book.Assign("one more", names.ToHashSet()));

        var again = new AddressBook(network, AddressBook.Load(book.Save()));
        Assert.All(names.Reverse(), name => Assert.Equal(addresses[name], again.Assign(name, names.ToHashSet())));
        Assert.False(again.IsChanged);
        // When there is no room left, those that nobody wants go.
        Assert.NotNull(again.Assign("one more", names[..100].ToHashSet()));
        Assert.Equal(addresses[names[0]], again.Assign(names[0], Nobody));
    }

    [Fact]
    public void What_was_kept_and_cannot_be_is_passed_over()
    {
        var network = IPNetwork.Parse("127.64.0.0/10");
        var known = new Dictionary<string, string> { ["a"] = "127.64.0.1", ["b"] = "127.64.0.1", ["c"] = "10.0.0.1", ["d"] = "rubbish" };
        var book = new AddressBook(network, known.OrderBy(pair => pair.Key, StringComparer.Ordinal));
        Assert.Equal("127.64.0.1", book.Assign("a", Nobody)!.ToString());
        foreach (var name in (string[])["b", "c", "d"]) Assert.True(network.Contains(book.Assign(name, Nobody)!));
        Assert.Empty(AddressBook.Load("{"u8));
        Assert.Empty(AddressBook.Load(""u8));
    }
}
