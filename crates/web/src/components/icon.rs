//! The icons: Lucide (<https://lucide.dev>), copied as data, only those that are used.
//!
//! ISC License. Copyright (c) for portions of Lucide are held by Cole Bemis 2013-2023 as part of
//! Feather (MIT). All other copyright (c) for Lucide are held by Lucide Contributors 2025.
//! Permission to use, copy, modify, and/or distribute this software for any purpose with or without
//! fee is hereby granted, provided that the above copyright notice and this permission notice appear
//! in all copies. The software is provided "as is", without warranty of any kind.

use leptos::prelude::*;

/// An icon on the 24 grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Glyph {
    Check,
    CheckCheck,
    Clock,
    CircleAlert,
    CircleCheck,
    BadgeCheck,
    Eye,
    SlidersHorizontal,
    Lock,
    Megaphone,
    Plus,
    ShoppingBasket,
    ArrowUp,
    ArrowDown,
    ArrowLeft,
    ChevronLeft,
    ChevronRight,
    ChevronDown,
    X,
    Ellipsis,
    Search,
    QrCode,
    ScanLine,
    Settings,
    Store,
    User,
    UserPlus,
    Users,
    MessageCircle,
    Inbox,
    Smartphone,
    Laptop,
    KeyRound,
    Image,
    File,
    FileText,
    Paperclip,
    Camera,
    Download,
    Reply,
    Copy,
    Trash2,
    RotateCcw,
    RefreshCw,
    WifiOff,
    Hourglass,
    ClipboardCheck,
    Bot,
    Smile,
    SmilePlus,
    Globe,
    MapPin,
    LogOut,
    Printer,
    Link,
    Pencil,
    Info,
    Ban,
    ConciergeBell,
    Share,
    ExternalLink,
    Archive,
    ArchiveRestore,
    LoaderCircle,
    ShieldCheck,
    Hand,
    Undo2,
    LogIn,
    ArrowRight,
    CalendarDays,
    ChartColumn,
    StickyNote,
    Mic,
    Star,
    Pin,
    Forward,
    Play,
    Pause,
    BellOff,
    Tag,
    Zap,
    Volume2,
    VolumeX,
}

impl Glyph {
    /// What stands inside the `svg` element.
    const fn body(self) -> &'static str {
        match self {
            Self::Check => "<path d='M20 6 9 17l-5-5'/>",
            Self::CheckCheck => "<path d='M18 6 7 17l-5-5'/><path d='m22 10-7.5 7.5L13 16'/>",
            Self::Clock => "<circle cx='12' cy='12' r='10'/><path d='M12 6v6l4 2'/>",
            Self::CircleAlert => {
                "<circle cx='12' cy='12' r='10'/><line x1='12' x2='12' y1='8' y2='12'/><line x1='12' x2='12.01' y1='16' y2='16'/>"
            }
            Self::CircleCheck => "<circle cx='12' cy='12' r='10'/><path d='m16 9-5.5 5.5L8 12'/>",
            Self::BadgeCheck => {
                "<path d='M3.85 8.62a4 4 0 0 1 4.78-4.77 4 4 0 0 1 6.74 0 4 4 0 0 1 4.78 4.78 4 4 0 0 1 0 6.74 4 4 0 0 1-4.77 4.78 4 4 0 0 1-6.75 0 4 4 0 0 1-4.78-4.77 4 4 0 0 1 0-6.76Z'/><path d='m16 9-5.5 5.5L8 12'/>"
            }
            Self::Eye => {
                "<path d='M2.062 12.348a1 1 0 0 1 0-.696 10.75 10.75 0 0 1 19.876 0 1 1 0 0 1 0 .696 10.75 10.75 0 0 1-19.876 0'/><circle cx='12' cy='12' r='3'/>"
            }
            Self::SlidersHorizontal => {
                "<path d='M10 5H3'/><path d='M12 19H3'/><path d='M14 3v4'/><path d='M16 17v4'/><path d='M21 12h-9'/><path d='M21 19h-5'/><path d='M21 5h-7'/><path d='M8 10v4'/><path d='M8 12H3'/>"
            }
            Self::Lock => {
                "<rect width='18' height='11' x='3' y='11' rx='2' ry='2'/><path d='M7 11V7a5 5 0 0 1 10 0v4'/>"
            }
            Self::Megaphone => {
                "<path d='M11 6a13 13 0 0 0 8.4-2.8A1 1 0 0 1 21 4v12a1 1 0 0 1-1.6.8A13 13 0 0 0 11 14H5a2 2 0 0 1-2-2V8a2 2 0 0 1 2-2z'/><path d='M6 14a12 12 0 0 0 2.4 7.2 2 2 0 0 0 3.2-2.4A8 8 0 0 1 10 14'/><path d='M8 6v8'/>"
            }
            Self::ShoppingBasket => {
                "<path d='m5 11 4-7'/><path d='m19 11-4-7'/><path d='M2 11h20'/>\
                 <path d='m3.5 11 1.6 7.4a2 2 0 0 0 2 1.6h9.8a2 2 0 0 0 2-1.6l1.7-7.4'/>"
            }
            Self::Plus => "<path d='M5 12h14'/><path d='M12 5v14'/>",
            Self::ArrowUp => "<path d='m5 12 7-7 7 7'/><path d='M12 19V5'/>",
            Self::ArrowDown => "<path d='M12 5v14'/><path d='m19 12-7 7-7-7'/>",
            Self::ArrowLeft => "<path d='m12 19-7-7 7-7'/><path d='M19 12H5'/>",
            Self::ChevronLeft => "<path d='m15 18-6-6 6-6'/>",
            Self::ChevronRight => "<path d='m9 18 6-6-6-6'/>",
            Self::ChevronDown => "<path d='m6 9 6 6 6-6'/>",
            Self::X => "<path d='M18 6 6 18'/><path d='m6 6 12 12'/>",
            Self::Ellipsis => {
                "<circle cx='12' cy='12' r='1'/><circle cx='19' cy='12' r='1'/><circle cx='5' cy='12' r='1'/>"
            }
            Self::Search => "<path d='m21 21-4.34-4.34'/><circle cx='11' cy='11' r='8'/>",
            Self::QrCode => {
                "<rect width='5' height='5' x='3' y='3' rx='1'/><rect width='5' height='5' x='16' y='3' rx='1'/><rect width='5' height='5' x='3' y='16' rx='1'/><path d='M21 16h-3a2 2 0 0 0-2 2v3'/><path d='M21 21v.01'/><path d='M12 7v3a2 2 0 0 1-2 2H7'/><path d='M3 12h.01'/><path d='M12 3h.01'/><path d='M12 16v.01'/><path d='M16 12h1'/><path d='M21 12v.01'/><path d='M12 21v-1'/>"
            }
            Self::ScanLine => {
                "<path d='M3 7V5a2 2 0 0 1 2-2h2'/><path d='M17 3h2a2 2 0 0 1 2 2v2'/><path d='M21 17v2a2 2 0 0 1-2 2h-2'/><path d='M7 21H5a2 2 0 0 1-2-2v-2'/><path d='M7 12h10'/>"
            }
            Self::Settings => {
                "<path d='M9.671 4.136a2.34 2.34 0 0 1 4.659 0 2.34 2.34 0 0 0 3.319 1.915 2.34 2.34 0 0 1 2.33 4.033 2.34 2.34 0 0 0 0 3.831 2.34 2.34 0 0 1-2.33 4.033 2.34 2.34 0 0 0-3.319 1.915 2.34 2.34 0 0 1-4.659 0 2.34 2.34 0 0 0-3.32-1.915 2.34 2.34 0 0 1-2.33-4.033 2.34 2.34 0 0 0 0-3.831A2.34 2.34 0 0 1 6.35 6.051a2.34 2.34 0 0 0 3.319-1.915'/><circle cx='12' cy='12' r='3'/>"
            }
            Self::Store => {
                "<path d='M15 21v-5a1 1 0 0 0-1-1h-4a1 1 0 0 0-1 1v5'/><path d='M17.774 10.31a1.12 1.12 0 0 0-1.549 0 2.5 2.5 0 0 1-3.451 0 1.12 1.12 0 0 0-1.548 0 2.5 2.5 0 0 1-3.452 0 1.12 1.12 0 0 0-1.549 0 2.5 2.5 0 0 1-3.77-3.248l2.889-4.184A2 2 0 0 1 7 2h10a2 2 0 0 1 1.653.873l2.895 4.192a2.5 2.5 0 0 1-3.774 3.244'/><path d='M4 10.95V19a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2v-8.05'/>"
            }
            Self::User => {
                "<path d='M19 21v-2a4 4 0 0 0-4-4H9a4 4 0 0 0-4 4v2'/><circle cx='12' cy='7' r='4'/>"
            }
            Self::UserPlus => {
                "<path d='M16 21v-2a4 4 0 0 0-4-4H6a4 4 0 0 0-4 4v2'/><circle cx='9' cy='7' r='4'/><line x1='19' x2='19' y1='8' y2='14'/><line x1='22' x2='16' y1='11' y2='11'/>"
            }
            Self::Users => {
                "<path d='M16 21v-2a4 4 0 0 0-4-4H6a4 4 0 0 0-4 4v2'/><path d='M16 3.128a4 4 0 0 1 0 7.744'/><path d='M22 21v-2a4 4 0 0 0-3-3.87'/><circle cx='9' cy='7' r='4'/>"
            }
            Self::MessageCircle => {
                "<path d='M2.992 16.342a2 2 0 0 1 .094 1.167l-1.065 3.29a1 1 0 0 0 1.236 1.168l3.413-.998a2 2 0 0 1 1.099.092 10 10 0 1 0-4.777-4.719'/>"
            }
            Self::Inbox => {
                "<polyline points='22 12 16 12 14 15 10 15 8 12 2 12'/><path d='M5.45 5.11 2 12v6a2 2 0 0 0 2 2h16a2 2 0 0 0 2-2v-6l-3.45-6.89A2 2 0 0 0 16.76 4H7.24a2 2 0 0 0-1.79 1.11z'/>"
            }
            Self::Smartphone => {
                "<rect width='14' height='20' x='5' y='2' rx='2' ry='2'/><path d='M12 18h.01'/>"
            }
            Self::Laptop => {
                "<path d='M18 5a2 2 0 0 1 2 2v8.526a2 2 0 0 0 .212.897l1.068 2.127a1 1 0 0 1-.9 1.45H3.62a1 1 0 0 1-.9-1.45l1.068-2.127A2 2 0 0 0 4 15.526V7a2 2 0 0 1 2-2z'/><path d='M20.054 15.987H3.946'/>"
            }
            Self::KeyRound => {
                "<path d='M2.586 17.414A2 2 0 0 0 2 18.828V21a1 1 0 0 0 1 1h3a1 1 0 0 0 1-1v-1a1 1 0 0 1 1-1h1a1 1 0 0 0 1-1v-1a1 1 0 0 1 1-1h.172a2 2 0 0 0 1.414-.586l.814-.814a6.5 6.5 0 1 0-4-4z'/><circle cx='16.5' cy='7.5' r='.5' fill='currentColor'/>"
            }
            Self::Image => {
                "<rect width='18' height='18' x='3' y='3' rx='2' ry='2'/><circle cx='9' cy='9' r='2'/><path d='m21 15-3.086-3.086a2 2 0 0 0-2.828 0L6 21'/>"
            }
            Self::File => {
                "<path d='M6 22a2 2 0 0 1-2-2V4a2 2 0 0 1 2-2h8a2.4 2.4 0 0 1 1.704.706l3.588 3.588A2.4 2.4 0 0 1 20 8v12a2 2 0 0 1-2 2z'/><path d='M14 2v5a1 1 0 0 0 1 1h5'/>"
            }
            Self::FileText => {
                "<path d='M6 22a2 2 0 0 1-2-2V4a2 2 0 0 1 2-2h8a2.4 2.4 0 0 1 1.704.706l3.588 3.588A2.4 2.4 0 0 1 20 8v12a2 2 0 0 1-2 2z'/><path d='M14 2v5a1 1 0 0 0 1 1h5'/><path d='M10 9H8'/><path d='M16 13H8'/><path d='M16 17H8'/>"
            }
            Self::Paperclip => {
                "<path d='m16 6-8.414 8.586a2 2 0 0 0 2.829 2.829l8.414-8.586a4 4 0 1 0-5.657-5.657l-8.379 8.551a6 6 0 1 0 8.485 8.485l8.379-8.551'/>"
            }
            Self::Camera => {
                "<path d='M13.997 4a2 2 0 0 1 1.76 1.05l.486.9A2 2 0 0 0 18.003 7H20a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V9a2 2 0 0 1 2-2h1.997a2 2 0 0 0 1.759-1.048l.489-.904A2 2 0 0 1 10.004 4z'/><circle cx='12' cy='13' r='3'/>"
            }
            Self::Download => {
                "<path d='M12 15V3'/><path d='M21 15v4a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2v-4'/><path d='m7 10 5 5 5-5'/>"
            }
            Self::Reply => "<path d='M20 18v-2a4 4 0 0 0-4-4H4'/><path d='m9 17-5-5 5-5'/>",
            Self::Copy => {
                "<rect width='14' height='14' x='8' y='8' rx='2' ry='2'/><path d='M4 16c-1.1 0-2-.9-2-2V4c0-1.1.9-2 2-2h10c1.1 0 2 .9 2 2'/>"
            }
            Self::Trash2 => {
                "<path d='M10 11v6'/><path d='M14 11v6'/><path d='M19 6v14a2 2 0 0 1-2 2H7a2 2 0 0 1-2-2V6'/><path d='M3 6h18'/><path d='M8 6V4a2 2 0 0 1 2-2h4a2 2 0 0 1 2 2v2'/>"
            }
            Self::RotateCcw => {
                "<path d='M3 12a9 9 0 1 0 9-9 9.75 9.75 0 0 0-6.74 2.74L3 8'/><path d='M3 3v5h5'/>"
            }
            Self::RefreshCw => {
                "<path d='M3 12a9 9 0 0 1 9-9 9.75 9.75 0 0 1 6.74 2.74L21 8'/><path d='M21 3v5h-5'/><path d='M21 12a9 9 0 0 1-9 9 9.75 9.75 0 0 1-6.74-2.74L3 16'/><path d='M8 16H3v5'/>"
            }
            Self::WifiOff => {
                "<path d='M12 20h.01'/><path d='M8.5 16.429a5 5 0 0 1 7 0'/><path d='M5 12.859a10 10 0 0 1 5.17-2.69'/><path d='M19 12.859a10 10 0 0 0-2.007-1.523'/><path d='M2 8.82a15 15 0 0 1 4.177-2.643'/><path d='M22 8.82a15 15 0 0 0-11.288-3.764'/><path d='m2 2 20 20'/>"
            }
            Self::Hourglass => {
                "<path d='M5 22h14'/><path d='M5 2h14'/><path d='M17 22v-4.172a2 2 0 0 0-.586-1.414L12 12l-4.414 4.414A2 2 0 0 0 7 17.828V22'/><path d='M7 2v4.172a2 2 0 0 0 .586 1.414L12 12l4.414-4.414A2 2 0 0 0 17 6.172V2'/>"
            }
            Self::ClipboardCheck => {
                "<rect width='8' height='4' x='8' y='2' rx='1' ry='1'/><path d='M16 4h2a2 2 0 0 1 2 2v14a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2h2'/><path d='m9 14 2 2 4-4'/>"
            }
            Self::Bot => {
                "<path d='M12 8V4H8'/><rect width='16' height='12' x='4' y='8' rx='2'/><path d='M2 14h2'/><path d='M20 14h2'/><path d='M15 13v2'/><path d='M9 13v2'/>"
            }
            Self::Smile => {
                "<path d='M15 10V9'/><path d='M16.472 15a6 6 0 01-8.943 0'/><path d='M9 10V9'/><circle cx='12' cy='12' r='10'/>"
            }
            Self::SmilePlus => {
                "<path d='M13.267 2.08a10 10 0 108.653 8.653'/><path d='M15 10V9'/><path d='M16 5h6'/><path d='M16.472 15a6 6 0 01-8.943 0'/><path d='M19 2v6'/><path d='M9 10V9'/>"
            }
            Self::Globe => {
                "<circle cx='12' cy='12' r='10'/><path d='M12 2a14.5 14.5 0 0 0 0 20 14.5 14.5 0 0 0 0-20'/><path d='M2 12h20'/>"
            }
            Self::MapPin => {
                "<path d='M20 10c0 4.993-5.539 10.193-7.399 11.799a1 1 0 0 1-1.202 0C9.539 20.193 4 14.993 4 10a8 8 0 0 1 16 0'/><circle cx='12' cy='10' r='3'/>"
            }
            Self::LogOut => {
                "<path d='m16 17 5-5-5-5'/><path d='M21 12H9'/><path d='M9 21H5a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2h4'/>"
            }
            Self::Printer => {
                "<path d='M6 18H4a2 2 0 0 1-2-2v-5a2 2 0 0 1 2-2h16a2 2 0 0 1 2 2v5a2 2 0 0 1-2 2h-2'/><path d='M6 9V3a1 1 0 0 1 1-1h10a1 1 0 0 1 1 1v6'/><rect x='6' y='14' width='12' height='8' rx='1'/>"
            }
            Self::Link => {
                "<path d='M10 13a5 5 0 0 0 7.54.54l3-3a5 5 0 0 0-7.07-7.07l-1.72 1.71'/><path d='M14 11a5 5 0 0 0-7.54-.54l-3 3a5 5 0 0 0 7.07 7.07l1.71-1.71'/>"
            }
            Self::Pencil => {
                "<path d='M21.174 6.812a1 1 0 0 0-3.986-3.987L3.842 16.174a2 2 0 0 0-.5.83l-1.321 4.352a.5.5 0 0 0 .623.622l4.353-1.32a2 2 0 0 0 .83-.497z'/><path d='m15 5 4 4'/>"
            }
            Self::Info => {
                "<circle cx='12' cy='12' r='10'/><path d='M12 16v-4'/><path d='M12 8h.01'/>"
            }
            Self::Ban => "<circle cx='12' cy='12' r='10'/><path d='M4.929 4.929 19.07 19.071'/>",
            Self::ConciergeBell => {
                "<path d='M3 20a1 1 0 0 1-1-1v-1a2 2 0 0 1 2-2h16a2 2 0 0 1 2 2v1a1 1 0 0 1-1 1Z'/><path d='M20 16a8 8 0 1 0-16 0'/><path d='M12 4v4'/><path d='M10 4h4'/>"
            }
            Self::Share => {
                "<path d='M12 2v13'/><path d='m16 6-4-4-4 4'/><path d='M4 12v8a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2v-8'/>"
            }
            Self::ExternalLink => {
                "<path d='M15 3h6v6'/><path d='M10 14 21 3'/><path d='M18 13v6a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V8a2 2 0 0 1 2-2h6'/>"
            }
            Self::Archive => {
                "<rect width='20' height='5' x='2' y='3' rx='1'/><path d='M4 8v11a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2V8'/><path d='M10 12h4'/>"
            }
            Self::ArchiveRestore => {
                "<rect width='20' height='5' x='2' y='3' rx='1'/><path d='M4 8v11a2 2 0 0 0 2 2h2'/><path d='M20 8v11a2 2 0 0 1-2 2h-2'/><path d='m9 15 3-3 3 3'/><path d='M12 12v9'/>"
            }
            Self::LoaderCircle => "<path d='M21 12a9 9 0 1 1-6.219-8.56'/>",
            Self::ShieldCheck => {
                "<path d='M20 13c0 5-3.5 7.5-7.66 8.95a1 1 0 0 1-.67-.01C7.5 20.5 4 18 4 13V6a1 1 0 0 1 1-1c2 0 4.5-1.2 6.24-2.72a1.17 1.17 0 0 1 1.52 0C14.51 3.81 17 5 19 5a1 1 0 0 1 1 1z'/><path d='m9 12 2 2 4-4'/>"
            }
            Self::Hand => {
                "<path d='M18 11V6a2 2 0 0 0-2-2a2 2 0 0 0-2 2'/><path d='M14 10V4a2 2 0 0 0-2-2a2 2 0 0 0-2 2v2'/><path d='M10 10.5V6a2 2 0 0 0-2-2a2 2 0 0 0-2 2v8'/><path d='M18 8a2 2 0 1 1 4 0v6a8 8 0 0 1-8 8h-2c-2.8 0-4.5-.86-5.99-2.34l-3.6-3.6a2 2 0 0 1 2.83-2.82L7 15'/>"
            }
            Self::Undo2 => {
                "<path d='M9 14 4 9l5-5'/><path d='M4 9h10.5a5.5 5.5 0 0 1 5.5 5.5a5.5 5.5 0 0 1-5.5 5.5H11'/>"
            }
            Self::LogIn => {
                "<path d='m10 17 5-5-5-5'/><path d='M15 12H3'/><path d='M15 3h4a2 2 0 0 1 2 2v14a2 2 0 0 1-2 2h-4'/>"
            }
            Self::ArrowRight => "<path d='M5 12h14'/><path d='m12 5 7 7-7 7'/>",
            Self::ChartColumn => {
                r#"<path d="M3 3v16a2 2 0 0 0 2 2h16"/><path d="M18 17V9"/><path d="M13 17V5"/><path d="M8 17v-3"/>"#
            }
            Self::CalendarDays => {
                "<path d='M8 2v3'/><path d='M16 2v3'/><rect x='3' y='3' width='18' height='18' rx='2'/><path d='M3 9h18'/><path d='M8 13h.01'/><path d='M12 13h.01'/><path d='M16 13h.01'/><path d='M8 17h.01'/><path d='M12 17h.01'/><path d='M16 17h.01'/>"
            }
            Self::StickyNote => {
                "<path d='M21 9a2.4 2.4 0 0 0-.706-1.706l-3.588-3.588A2.4 2.4 0 0 0 15 3H5a2 2 0 0 0-2 2v14a2 2 0 0 0 2 2h14a2 2 0 0 0 2-2z'/><path d='M15 3v5a1 1 0 0 0 1 1h5'/>"
            }
            Self::Mic => {
                "<path d='M12 2a3 3 0 0 0-3 3v7a3 3 0 0 0 6 0V5a3 3 0 0 0-3-3Z'/><path d='M19 10v2a7 7 0 0 1-14 0v-2'/><line x1='12' x2='12' y1='19' y2='22'/>"
            }
            Self::Star => {
                "<path d='M11.525 2.295a.53.53 0 0 1 .95 0l2.31 4.679a2.123 2.123 0 0 0 1.595 1.16l5.166.756a.53.53 0 0 1 .294.904l-3.736 3.638a2.123 2.123 0 0 0-.611 1.878l.882 5.14a.53.53 0 0 1-.771.56l-4.618-2.428a2.122 2.122 0 0 0-1.973 0L6.396 21.01a.53.53 0 0 1-.77-.56l.881-5.139a2.122 2.122 0 0 0-.611-1.879L2.16 9.795a.53.53 0 0 1 .294-.906l5.165-.755a2.122 2.122 0 0 0 1.597-1.16z'/>"
            }
            Self::Pin => {
                "<path d='M12 17v5'/><path d='M9 10.76a2 2 0 0 1-1.11 1.79l-1.78.9A2 2 0 0 0 5 15.24V16a1 1 0 0 0 1 1h12a1 1 0 0 0 1-1v-.76a2 2 0 0 0-1.11-1.79l-1.78-.9A2 2 0 0 1 15 10.76V7a1 1 0 0 1 1-1 2 2 0 0 0 0-4H8a2 2 0 0 0 0 4 1 1 0 0 1 1 1z'/>"
            }
            Self::Forward => "<path d='m15 17 5-5-5-5'/><path d='M4 18v-2a4 4 0 0 1 4-4h12'/>",
            Self::Play => "<polygon points='6 3 20 12 6 21 6 3'/>",
            Self::Pause => {
                "<rect x='14' y='4' width='4' height='16' rx='1'/><rect x='6' y='4' width='4' height='16' rx='1'/>"
            }
            Self::BellOff => {
                "<path d='M10.268 21a2 2 0 0 0 3.464 0'/><path d='M17 17H4a1 1 0 0 1-.74-1.673C4.59 13.956 6 12.499 6 8a6 6 0 0 1 .258-1.742'/><path d='m2 2 20 20'/><path d='M8.668 3.01A6 6 0 0 1 18 8c0 2.687.77 4.653 1.707 6.05'/>"
            }
            Self::Tag => {
                "<path d='M12.586 2.586A2 2 0 0 0 11.172 2H4a2 2 0 0 0-2 2v7.172a2 2 0 0 0 .586 1.414l8.704 8.704a2.426 2.426 0 0 0 3.42 0l6.58-6.58a2.426 2.426 0 0 0 0-3.42z'/><circle cx='7.5' cy='7.5' r='.5' fill='currentColor'/>"
            }
            Self::Zap => {
                "<path d='M4 14a1 1 0 0 1-.78-1.63l9.9-10.2a.5.5 0 0 1 .86.46l-1.92 6.02A1 1 0 0 0 13 10h7a1 1 0 0 1 .78 1.63l-9.9 10.2a.5.5 0 0 1-.86-.46l1.92-6.02A1 1 0 0 0 11 14z'/>"
            }
            Self::Volume2 => {
                "<path d='M11 4.702a.705.705 0 0 0-1.203-.498L6.413 7.587A1.4 1.4 0 0 1 5.416 8H3a1 1 0 0 0-1 1v6a1 1 0 0 0 1 1h2.416a1.4 1.4 0 0 1 .997.413l3.383 3.384A.705.705 0 0 0 11 19.298z'/><path d='M16 9a5 5 0 0 1 0 6'/><path d='M19.364 18.364a9 9 0 0 0 0-12.728'/>"
            }
            Self::VolumeX => {
                "<path d='M11 4.702a.705.705 0 0 0-1.203-.498L6.413 7.587A1.4 1.4 0 0 1 5.416 8H3a1 1 0 0 0-1 1v6a1 1 0 0 0 1 1h2.416a1.4 1.4 0 0 1 .997.413l3.383 3.384A.705.705 0 0 0 11 19.298z'/><path d='m22 9-6 6'/><path d='m16 9 6 6'/>"
            }
        }
    }
}

/// Draws an icon in the colour of the text around it; decorative, so words must stand beside it.
#[component]
pub fn Icon(glyph: Glyph, #[prop(optional)] small: bool) -> impl IntoView {
    let class = if small { "i s" } else { "i" };
    view! { <svg class=class viewBox="0 0 24 24" aria-hidden="true" inner_html=glyph.body()></svg> }
}
