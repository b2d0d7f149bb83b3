using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Imago.Api.Pipeline;
using Imago.Application.Attachments;
using Imago.Contracts.Errors;
using Imago.Contracts.Schemas;
using Imago.Contracts.Versions;

namespace Imago.Api.Extensions;

/// <summary>What Imago's own actions take, described as the resource types are: reading, refusing and the OpenAPI document follow from it.</summary>
internal static class ExtensionSchemas
{
    private static readonly ValueSchema.Text Text = new() { Longest = 1000 };

    public static ValueSchema.Object Pause { get; } = Object(
        "Pause",
        new("why", Text, "Why automatic work is to stop; everybody who asks is told."),
        new("pool", Text, "Only this pool; the whole cluster if it is left out."));

    public static ValueSchema.Object Resume { get; } = Object("Resume", new SchemaProperty("pool", Text, "Only this pool; the whole cluster if it is left out."));

    public static ValueSchema.Object OverrideWindow { get; } = Object(
        "WindowOverride",
        new("until", Text, "Until when automatic work may ignore windows and blocked dates; RFC 3339, in the future. Left out: windows hold again."),
        new("why", Text, "Why; kept in the activity log."));

    public static ValueSchema.Object Forecast { get; } = Object(
        "ForecastRequest",
        new("horizonDays", new ValueSchema.Whole(1, 366), "How many days to look ahead."),
        new("image", Text, "An image to forecast as if it were released."),
        new("patchLevel", Text, "A security patch level to forecast as if it were released."));

    public static ValueSchema.Object Release { get; } = Object(
        "Release",
        new("image", Text, "A node image, such as AKSUbuntu-2204gen2containerd-202611.20.0; or track and level."),
        new("track", Text, "A security patch track, such as ubuntu2204."),
        new("level", Text, "A level of the track, such as 20261120T000000Z."),
        new("publishedAt", Text, "When it is published; RFC 3339; now if it is left out."),
        new("withdrawnAt", Text, "From when it is no target any more; RFC 3339."),
        new("rebootRequired", new ValueSchema.Flag(), "Whether going to the level from the one before needs a reboot; of patch levels only."),
        new("touchesKernelOrLibc", new ValueSchema.Flag(), "Whether the level brings a kernel or a C library; decides where rebootRequired is not known. Of patch levels only."),
        new("previous", Text, "The level that the verdict compares with; left out: the one before in the track. Of patch levels only."),
        new("sinceImage", Object("BaseImageVerdict", new("base", Text, "Version of a base image, such as 202611.13.0."), new("rebootRequired", new ValueSchema.Flag(), "Whether going there from that image needs a reboot.")), "The second verdict, against a base image. Of patch levels only."),
        new("archive", new ValueSchema.List(Object(
            "ArchiveSuite",
            new("pocket", new ValueSchema.Text { Allowed = ["release", "updates", "security"] }, "What the suite is for."),
            new("uri", Text, "Address of the archive, without the suite."),
            new("suite", Text, "The suite by its codename, such as bookworm-security."),
            new("components", new ValueSchema.List(Text), "Components, such as main."),
            new("date", Text, "Date of its Release file; RFC 3339, UTC."),
            new("sha256", Text, "SHA-256 of its InRelease file."))), "The moment of package archives that makes it on a running machine."));

    public static ValueSchema.Object NodeCredential { get; } = Object("NodeCredential", new SchemaProperty("node", Text, "Name of the node; it need not be there yet."));

    public static ValueSchema.Object Attachment { get; } = Object(
        "AttachmentRequest",
        new("kubeconfig", new ValueSchema.Text { Longest = 256 * 1024 }, "A kubeconfig without references to files, as text; at most 256 KiB. May be left out when an attachment is changed: the stored one stays. Never returned."),
        new("context", Text, "The context of it to use; its current one if it is left out."),
        new("location", Text, "The region; decides the release ring. Left out: releases count from their publication."),
        new("pools", new ValueSchema.List(Object("AttachedPool", new("name", Text, "Name of the pool."), new("selector", Text, "Its nodes, as kubectl -l selects them."))), "The pools; left out: those that the usual labels name."),
        new("provider", Object(
            "AttachedProvider",
            new("kind", new ValueSchema.Text { Allowed = ProviderKinds.All }, "Who makes and reimages nodes, or patches them in place: agents on the nodes, which need neither address nor token."),
            new("endpoint", Text, "Its address, https."),
            new("token", new ValueSchema.Text { Longest = 16 * 1024 }, "Its bearer token. Never returned."),
            new("authorityPem", new ValueSchema.Text { Longest = 64 * 1024 }, "The certificate authority of the address, as PEM.")), "Who makes and reimages the nodes; without, channels that reimage are not possible."));

    public static ImmutableArray<ValueSchema.Object> All { get; } = [Pause, Resume, OverrideWindow, Forecast, Release, NodeCredential, Attachment];

    /// <summary>The body, or everything that is wrong with it. Unlike resources, actions keep nothing, so what they do not know is refused.</summary>
    public static (JsonObject Body, ImmutableArray<ArmError> Problems) Read(ValueSchema.Object schema, ApiRequest request)
    {
        var (body, problems) = SchemaReader.Read(schema, request.Body ?? [], request.ApiVersion ?? default(ApiVersion));
        var unknown = body.Select(p => p.Key).Where(name => schema.Find(name) is null)
            .Select(name => new ArmError(
                ErrorCodes.InvalidParameter, $"'{Pipeline.Problems.Quoted(name)}' is not known here. Known are {string.Join(", ", schema.Properties.Select(p => $"'{p.Name}'"))}.", Pipeline.Problems.Quoted(name)));
        return (body, [.. problems.Select(p => new ArmError(p.Code, p.Message, p.Path)), .. unknown]);
    }

    private static ValueSchema.Object Object(string name, params ImmutableArray<SchemaProperty> properties) => new(name, properties);
}
