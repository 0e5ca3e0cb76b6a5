using FsCheck;
using FsCheck.Fluent;

using Skerry.Api.Acl;
using Skerry.Api.Acl.Rules;

namespace Skerry.Api.Tests.Acl;

public sealed class RuleSetTests
{
    [Theory]
    [InlineData("a", "Read", false)] // no rule is about it
    [InlineData("app", "Read", false)]
    [InlineData("app/", "Read", true)]
    [InlineData("app/x", "Read", true)]
    [InlineData("app/x", "List", false)]
    [InlineData("app/x", "Write", false)]
    [InlineData("app/lists/x", "Read", true)]
    [InlineData("app/lists/x", "List", true)]
    [InlineData("app/lists/x", "Write", false)]
    [InlineData("app/mine/x", "Write", true)]
    [InlineData("app/mine/x", "List", true)]
    [InlineData("app/mine/not", "Read", false)] // the whole name counts before the prefix
    [InlineData("app/mine/not/", "Write", true)]
    [InlineData("app/mine/no/x", "Read", false)] // the longest prefix counts
    [InlineData("app/mine/no/but", "Write", true)]
    public void The_whole_name_counts_first_then_the_longest_prefix(string key, string access, bool expected) => Assert.Equal(expected, Rules("""
        key_prefix "app/" { policy = "read" }
        key_prefix "app/lists/" { policy = "list" }
        key_prefix "app/mine/" { policy = "write" }
        key "app/mine/not" { policy = "deny" }
        key_prefix "app/mine/no/" { policy = "deny" }
        key "app/mine/no/but" { policy = "write" }
        """).Allows(AclResource.Key, key, Enum.Parse<AclAccess>(access)));

    [Theory]
    [InlineData("read", "write", "Write", true)]
    [InlineData("read", "deny", "Read", false)]
    [InlineData("write", "deny", "Read", false)]
    [InlineData("read", "list", "List", true)]
    public void Of_two_rules_about_the_same_that_which_denies_counts_else_that_which_grants_more(string one, string other, string access, bool expected)
    {
        Assert.Equal(expected, Rules(Rule(one), Rule(other)).Allows(AclResource.Key, "k", Enum.Parse<AclAccess>(access)));
        Assert.Equal(expected, Rules(Rule(other), Rule(one)).Allows(AclResource.Key, "k", Enum.Parse<AclAccess>(access)));

        static string Rule(string policy) => $$"""key_prefix "k" { policy = "{{policy}}" }""";
    }

    [Fact]
    public void Rules_about_one_resource_say_nothing_of_another()
    {
        var rules = Rules("""node_prefix "" { policy = "write" }  operator = "read" """);
        Assert.True(rules.Allows(AclResource.Operator, "", AclAccess.Read));
        Assert.False(rules.Allows(AclResource.Operator, "", AclAccess.Write));
        Assert.False(rules.Allows(AclResource.Acl, "", AclAccess.Read));
        Assert.False(rules.Allows(AclResource.Service, "web", AclAccess.Read));
    }

    [Theory]
    [InlineData("a/", false)] // two below are no write
    [InlineData("a/b/", true)]
    [InlineData("a/c/", false)] // a prefix below denies
    [InlineData("a", false)] // no prefix rule reaches so far up
    [InlineData("", false)]
    [InlineData("a/d", false)] // one key below is read only
    [InlineData("a/d/", true)]
    public void A_tree_may_be_written_when_every_key_in_it_may(string prefix, bool expected)
    {
        var rules = Rules("""key_prefix "a/" { policy = "write" }""", """key_prefix "a/c/x" { policy = "read" }""", """key "a/d" { policy = "read" }""");
        Assert.Equal(expected, rules.AllowsTree(AclResource.Key, prefix, AclAccess.Write));
    }

    [Fact]
    public void A_tree_may_be_written_only_if_any_key_in_it_may()
    {
        var names = Gen.Elements("", "a", "b", "ab", "aa", "ba", "aab", "abb");
        var rule =
            from name in names
            from isPrefix in Gen.Elements(true, false)
            from level in Gen.Elements(AclLevel.Deny, AclLevel.Read, AclLevel.Write)
            select new AclRule(AclResource.Key, name, isPrefix, level);
        var all = from rules in Gen.ListOf(rule) from prefix in names from rest in names select (new RuleSet(rules), prefix, prefix + rest);
        Prop.ForAll(Arb.From(all), drawn => !drawn.Item1.AllowsTree(AclResource.Key, drawn.prefix, AclAccess.Write) || drawn.Item1.Allows(AclResource.Key, drawn.Item3, AclAccess.Write))
            .QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Management_may_do_everything()
    {
        var rules = new RuleSet(AclPolicy.GlobalManagement.Parsed);
        Assert.All(Enum.GetValues<AclResource>(), resource => Assert.True(rules.Allows(resource, resource is AclResource.Acl or AclResource.Keyring or AclResource.Operator ? "" : "any", AclAccess.Write)));
    }

    private static RuleSet Rules(params string[] policies) => new(policies.SelectMany(policy =>
    {
        Assert.True(RulesParser.TryParse(policy, out var rules, out var error), error);
        return rules;
    }));
}
