using System.Collections.Immutable;

using Skerry.Catalog;
using Skerry.Catalog.View;
using Skerry.Proxy.Instances;

namespace Skerry.Proxy.Tests.Instances;

/// <summary>Who is tried for a service, and in what order, from a snapshot made by hand.</summary>
public sealed class ServiceDirectoryTests
{
    private readonly TestDistances _distances = new();

    [Theory]
    [InlineData("", "a b | n | f")]
    [InlineData("reef", "a b")]
    [InlineData("near", "n")]
    [InlineData("nowhere", "")]
    public void The_own_group_comes_first_then_others_by_distance_unless_one_is_named(string group, string tiers)
    {
        _distances.Set("n", 20);
        _distances.Set("f", 80);
        var seen = Snapshot([At("a"), At("b")], ("far", [At("f", group: "far")]), ("near", [At("n", group: "near")]));
        Assert.Equal(tiers, Find(seen, group));
    }

    [Fact]
    public void Groups_at_an_unknown_distance_come_last_by_name()
    {
        _distances.Set("z", 500);
        var seen = Snapshot([], ("c", [At("c", group: "c")]), ("b", [At("b", group: "b")]), ("z", [At("z", group: "z")]));
        Assert.Equal("z | b | c", Find(seen));
    }

    [Fact]
    public void Ill_instances_and_those_without_a_port_are_left_out_and_a_weight_of_zero_is_for_when_nobody_else_is_there()
    {
        var warning = At("c", status: CheckStatus.Warning, warningWeight: 0);
        Assert.Equal("b", Find(Snapshot([At("a", status: CheckStatus.Critical), At("b"), warning, At("d", port: 0)])));
        Assert.Equal("c", Find(Snapshot([At("a", status: CheckStatus.Critical), warning])));
        Assert.Equal("", Find(Snapshot([At("a", status: CheckStatus.Critical)])));
    }

    [Fact]
    public void An_instance_that_listens_on_its_own_hosts_loopback_is_reached_through_its_node()
    {
        var seen = Snapshot([At("there", nodeAddress: "10.0.0.2", address: "127.0.0.1"), At("here", nodeAddress: "10.0.0.1", address: "127.0.0.1"), At("open", nodeAddress: "10.0.0.3")]);
        var found = Directory(seen).Find(new ServiceQuery("web", "", ServiceNetwork.Tcp)).Single();
        Assert.Equal([("here", false), ("open", false), ("there", true)], found.Select(instance => (instance.Key.Node, instance.IsFar)));
        // Where nothing reaches another node, it is not there.
        Assert.Equal("here open", Find(seen, canDialFar: false));
    }

    [Fact]
    public void Where_nothing_reaches_another_site_its_instances_are_not_there() =>
        Assert.Equal("a", Find(Snapshot([At("a")], ("far", [At("f", group: "far")])), canDialFar: false));

    [Fact]
    public void An_instance_can_be_asked_for_by_itself()
    {
        var query = new ServiceQuery("web", "reef", ServiceNetwork.Tcp, new InstanceKey("b", "web"));
        Assert.Equal("b", Directory(Snapshot([At("a"), At("b")])).Find(query).Single().Single().Key.Node);
        Assert.Empty(Directory(Snapshot([At("a")])).Find(query));
    }

    private string Find(CatalogSnapshot snapshot, string group = "", bool canDialFar = true) => string.Join(" | ", Directory(snapshot, canDialFar)
        .Find(new ServiceQuery("web", group, ServiceNetwork.Tcp)).Select(tier => string.Join(' ', tier.Select(instance => instance.Key.Node))));

    private ServiceDirectory Directory(CatalogSnapshot snapshot, bool canDialFar = true) => new(() => snapshot, new ProxyIdentity("here", "reef"), _distances, canDialFar);

    private static ServiceEntry At(
        string node, string group = "reef", CheckStatus status = CheckStatus.Passing, int warningWeight = 1, int port = 80, string nodeAddress = "10.0.0.9", string address = "") => new(
            new CatalogNode { Name = node, Id = node, Address = nodeAddress, Group = group },
            new ServiceInstance { Node = node, Id = "web", Name = "web", Port = port, Address = address, Weights = new ServiceWeights(1, warningWeight) },
            [],
            status);

    private static CatalogSnapshot Snapshot(ServiceEntry[] own, params (string Name, ServiceEntry[] Instances)[] groups) => new()
    {
        Services = ViewOf(own),
        Groups = groups.ToImmutableSortedDictionary(
            group => group.Name, group => new RemoteGroup { Name = group.Name, IsReachable = true, Via = "bridge", Services = ViewOf(group.Instances) }, StringComparer.Ordinal),
    };

    private static ImmutableSortedDictionary<string, ServiceView> ViewOf(ServiceEntry[] entries) => entries.Length == 0
        ? ImmutableSortedDictionary.Create<string, ServiceView>(StringComparer.Ordinal)
        : ImmutableSortedDictionary.Create<string, ServiceView>(StringComparer.Ordinal).Add("web", new ServiceView(1, [.. entries.OrderBy(entry => entry.Node.Name, StringComparer.Ordinal)]));
}
